import type { JobHandler } from '@voipbin/service-kit'
import type { MayCharge } from '../balance.ts'
import { renew } from '../renew.ts'
import { numbers } from '../store/numbers.ts'
import { renewNumber } from '../work.ts'

export const renewNumberHandler = (mayCharge: MayCharge): JobHandler =>
  renewNumber.outside(async (ctx, { number_id }) => {
    const number = await numbers.find(ctx.read(), number_id)
    if (!number) return undefined
    const mayBeCharged = await mayCharge(number.customer_id, 'number_renewal')
    return async (tx) => void (await renew(tx, number, mayBeCharged))
  })
