import type { Redis, RedisOptions } from 'ioredis'
import { withinBudget } from './budget.ts'
import { CacheError, type CacheOperation } from './cache.ts'

/** Operations sent and not answered, at most: a link that hangs must not gather commands without end. */
const MAX_IN_FLIGHT = 10_000
/** Nothing received for this long while replies are due: the connection is dead, dial again. */
const DEAD_AFTER_MS = 1000
const MAX_RETRY_DELAY_MS = 1000

/** Fail at once while away, never queue, never send twice, dial again for ever. */
export const linkPolicy = {
  enableAutoPipelining: true,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  socketTimeout: DEAD_AFTER_MS,
  connectTimeout: 2000,
  maxLoadingRetryTime: MAX_RETRY_DELAY_MS,
  disconnectTimeout: 500,
  retryStrategy: (attempts: number) => Math.min(50 * 2 ** (attempts - 1), MAX_RETRY_DELAY_MS),
  // A master that became a replica behind the same address: the next connection finds the new one.
  reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
} satisfies RedisOptions

/** ioredis hangs the command with its arguments on an error; keys and values have no business in a log. */
export function dropArguments(error: unknown): void {
  if (error instanceof Error && 'command' in error) delete error.command
}

/** One connection whose every use ends within the budget. */
export type RedisLink = {
  /** @throws CacheError; an error that Redis answered is its cause. A TypeError of `send` passes through. */
  run<T>(operation: CacheOperation, send: () => Promise<T>): Promise<T>
  /** Resolves when connected, or after `ms` all the same. */
  ready(ms: number): Promise<void>
  close(): Promise<void>
}

export function createRedisLink(redis: Redis, budgetMs: number): RedisLink {
  let closed = false
  let inFlight = 0
  let onIdle: (() => void) | undefined
  let lastError: unknown
  redis.on('error', (error: unknown) => {
    lastError = error
  })
  redis.on('ready', () => {
    lastError = undefined
  })

  function refuse(operation: CacheOperation): CacheError | undefined {
    if (closed) return new CacheError('it is closed', { operation })
    if (redis.status !== 'ready') return new CacheError('Redis is not connected', { operation, cause: lastError })
    if (inFlight >= MAX_IN_FLIGHT) return new CacheError(`Redis owes ${inFlight} replies`, { operation })
    return undefined
  }

  function answered(): void {
    inFlight--
    if (inFlight === 0) onIdle?.()
  }

  async function run<T>(operation: CacheOperation, send: () => Promise<T>): Promise<T> {
    const refusal = refuse(operation)
    if (refusal) throw refusal
    inFlight++
    const work = send()
    work.then(answered, answered)
    try {
      return await withinBudget(work, budgetMs, () => new CacheError(`no answer within ${budgetMs} ms`, { operation }))
    } catch (error) {
      if (error instanceof CacheError || error instanceof TypeError) throw error
      dropArguments(error)
      throw new CacheError('Redis refused or went away', { operation, cause: error })
    }
  }

  async function ready(ms: number): Promise<void> {
    if (redis.status === 'ready') return
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      redis.once('ready', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  async function close(): Promise<void> {
    closed = true
    if (inFlight > 0) {
      const idle = new Promise<void>((resolve) => {
        onIdle = resolve
      })
      await withinBudget(idle, budgetMs, () => new Error('replies are still due')).catch(() => undefined)
    }
    redis.disconnect()
  }

  return { run, ready, close }
}
