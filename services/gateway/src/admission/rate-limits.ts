import { type Cache, CacheError, createMemoryCache, type RateLimit } from '@voipbin/cache'
import type { Identity } from '@voipbin/contracts/actor'
import { type Tier, tiers } from '@voipbin/contracts/api'
import { type Clock, type Logger, networkOf } from '@voipbin/service-kit'
import type { GatewayConfig } from '../config.ts'
import { TooManyRequests } from '../http/error-answer.ts'
import type { Caller } from '../identity/caller.ts'

export type RateLimits = {
  /** Counts a request of that address, in this process. @throws RATE_LIMIT_EXCEEDED */
  byAddress(tier: Tier, address: string): Promise<void>
  /** Counts a request of the caller's customer, over all processes. @throws RATE_LIMIT_EXCEEDED */
  byCustomer(caller: Caller): Promise<void>
}

const MAX_ADDRESSES = 100_000

/** A customer's agents and keys share one bucket. */
const customerTiers: Readonly<Partial<Record<Identity | 'system', Tier>>> = {
  agent: 'V1_CUSTOMER',
  accesskey: 'V1_CUSTOMER',
  direct: 'V1_CUSTOMER_DIRECT',
  delegate: 'V1_CUSTOMER_DELEGATE',
}

type Parts = { readonly config: GatewayConfig; readonly cache: Cache; readonly clock: Pick<Clock, 'now'>; readonly log: Logger }

export function createRateLimits({ config, cache, clock, log }: Parts): RateLimits {
  const addresses = createMemoryCache({ now: clock.now, maxEntries: MAX_ADDRESSES })
  const limits = limitsOf(config)

  async function byAddress(tier: Tier, address: string): Promise<void> {
    const limit = limits.get(tier)
    if (!limit) return
    const { allowed, retryAfterSeconds } = await addresses.rateLimit(`${tier}:${networkOf(address)}`, limit)
    if (!allowed) throw new TooManyRequests('ip', retryAfterSeconds)
  }

  async function byCustomer({ actor }: Caller): Promise<void> {
    const tier = customerTiers[actor.kind]
    const limit = tier && limits.get(tier)
    if (!limit) return
    const result = await askCache(`ratelimit:${tier.toLowerCase()}:${actor.customer_id}`, limit)
    if (result && !result.allowed) throw new TooManyRequests('customer', result.retryAfterSeconds)
  }

  /** Without the cache everybody passes: an outage of it must not be one of the API. */
  async function askCache(key: string, limit: RateLimit) {
    try {
      return await cache.rateLimit(key, limit)
    } catch (error) {
      if (!(error instanceof CacheError)) throw error
      log.debug('rate limit not counted', { error })
      return undefined
    }
  }

  return { byAddress, byCustomer }
}

/** Tiers that are turned off have none. */
function limitsOf(config: GatewayConfig): ReadonlyMap<Tier, RateLimit> {
  const all = tiers.map((tier) => [tier, { ratePerSecond: config[`${tier}_RPS`], burst: config[`${tier}_BURST`] }] as const)
  return new Map(all.filter(([, { ratePerSecond }]) => ratePerSecond > 0))
}
