import { createHash } from 'node:crypto'

/** One key each, so that they work on a cluster as well. */
export type Script = { readonly lua: string; readonly sha: string }

const script = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') })

/** ARGV: life in ms. The life is also given to a counter that has none, so that no counter can stay for ever. */
export const incrementScript = script(`
local count = redis.call('INCR', KEYS[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count
`)

/**
 * `gcra()` on the clock of Redis, so that replicas of a service agree. ARGV: interval in µs, burst. Returns the slack in µs.
 * Lua numbers are doubles: microseconds since the epoch are exact until 2255.
 */
export const gcraScript = script(`
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local stored = redis.call('GET', KEYS[1])
if stored and not string.match(stored, '^-?%d+$') then return redis.error_reply('ERR value is not an integer') end
local window = interval * burst
local tat = math.min(math.max(tonumber(stored or now), now), now + window)
local slack = now + window - tat - interval
if slack >= 0 then tat = tat + interval end
redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX', string.format('%.0f', math.ceil((tat - now) / 1000)))
return slack
`)
