import type { JobHandler } from '@voipbin/service-kit'
import type { Providers } from '../providers/index.ts'
import { numbers } from '../store/numbers.ts'
import { releaseNumber, settlePurchase } from '../work.ts'

/** A number that was bought, though nobody here has it, is given back. */
export const settlePurchaseHandler = (providers: Providers): JobHandler =>
  settlePurchase.outside(async (ctx, { number, provider_name }) => {
    if (await numbers.first(ctx.read(), { number })) return undefined
    const reference = await providers.byName(provider_name).find(number)
    if (reference === undefined) return undefined
    ctx.log.warn('a number was bought and not taken: giving it back', { number, provider: provider_name })
    return async (tx) => tx.schedule(releaseNumber, reference, tx.now, { number, provider_name, reference })
  })
