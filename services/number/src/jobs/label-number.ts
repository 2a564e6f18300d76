import type { JobHandler } from '@voipbin/service-kit'
import type { Providers } from '../providers/index.ts'
import { numbers } from '../store/numbers.ts'
import { labelNumber } from '../work.ts'

/** For whoever looks at the provider's own pages. */
export const labelNumberHandler = (providers: Providers): JobHandler =>
  labelNumber.outside(async (ctx, { number_id }) => {
    const number = await numbers.find(ctx.read(), number_id)
    if (!number) return
    const { id, customer_id, provider_name, provider_reference_id: reference } = number
    const labels = [`customer_id:${customer_id}`, `number_id:${id}`]
    await providers.byName(provider_name).label({ number: number.number, reference }, labels)
  })
