import { ServiceError } from '@voipbin/contracts/errors'
import { type Kit, networkOf, type Settings } from '@voipbin/service-kit'
import { digest } from '@voipbin/sql'

type Cache = Kit<Settings>['cache']

/**
 * Keeps guesses few without locking anybody out:
 * - of one account from one network: 10 tries in 15 minutes, then none until these are over. The owner signs in from elsewhere.
 * - from one network: 100 failures in 15 minutes, whatever the accounts.
 * - of one account from everywhere: after 100 failures in an hour, networks from which its owner has not signed in lately
 *   share one try every 5 seconds. The owner's own are not concerned.
 * It knows names, not accounts, so it tells nothing of which exist. All of it is in the cache; without one, the gateway's
 * limit and the work of each try remain.
 */
export type LoginThrottle = {
  /** Counts a try. @throws LOGIN_THROTTLED */
  admit(login: Login): Promise<void>
  failed(login: Login): Promise<void>
  succeeded(login: Login): Promise<void>
}
export type Login = { readonly username: string; readonly source: string }

const QUARTER_MS = 15 * 60_000
const HOUR_MS = 3_600_000
const KNOWN_MS = 30 * 24 * HOUR_MS
const TRIES_FROM_ONE_NETWORK = 10
const FAILURES_FROM_ONE_NETWORK = 100
const FAILURES_BEFORE_SLOW = 100
const SLOW = { ratePerSecond: 0.2, burst: 3 }

export function createLoginThrottle(cache: Cache): LoginThrottle {
  /** Without the cache nobody is refused. */
  const or = <T>(value: T, work: Promise<T>): Promise<T> => work.catch(() => value)

  async function refuseStrangers(keys: Keys): Promise<void> {
    if ((await or(0, count(cache, keys.account))) < FAILURES_BEFORE_SLOW) return
    if (await or(true, cache.get<boolean>(keys.known).then(Boolean))) return
    const free = { allowed: true, retryAfterSeconds: 0, remaining: 1 }
    const { allowed, retryAfterSeconds } = await or(free, cache.rateLimit(keys.slow, SLOW))
    if (!allowed) throw throttled('account', Math.ceil(retryAfterSeconds))
  }

  return {
    async admit(login) {
      const keys = keysOf(login)
      if ((await or(0, count(cache, keys.network))) >= FAILURES_FROM_ONE_NETWORK) throw throttled('source', QUARTER_MS / 1000)
      // Counted before the password is checked, so that tries at one time do not pass together.
      if ((await or(0, cache.increment(keys.tries, QUARTER_MS))) > TRIES_FROM_ONE_NETWORK) throw throttled('account', QUARTER_MS / 1000)
      await refuseStrangers(keys)
    },
    async failed(login) {
      const keys = keysOf(login)
      await Promise.all([or(0, cache.increment(keys.network, QUARTER_MS)), or(0, cache.increment(keys.account, HOUR_MS))])
    },
    async succeeded(login) {
      const keys = keysOf(login)
      await Promise.all([or(undefined, cache.delete(keys.tries)), or(undefined, cache.set(keys.known, true, KNOWN_MS))])
    },
  }
}

type Keys = ReturnType<typeof keysOf>

function keysOf({ username, source }: Login) {
  const network = networkOf(source)
  const account = digest(username)
  const pair = digest(`${username}\n${network}`)
  const of = (what: string, key: string) => `agent:login:${what}:${key}`
  return {
    tries: of('tries', pair),
    known: of('known', pair),
    network: of('network', digest(network)),
    account: of('account', account),
    slow: of('slow', account),
  }
}

const count = async (cache: Cache, key: string): Promise<number> => (await cache.get<number>(key)) ?? 0

const throttled = (limitedBy: 'account' | 'source', seconds: number) =>
  new ServiceError('RESOURCE_EXHAUSTED', 'LOGIN_THROTTLED', `Cannot sign in: too many tries; the next one in ${seconds} s`, {
    details: [{ limited_by: limitedBy, retry_after_seconds: seconds }],
  })
