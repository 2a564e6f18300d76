import { invalidArgument } from '@voipbin/contracts/errors'
import type { NumberContract, OwnedNumber } from '@voipbin/contracts/number'
import { formatTime } from '@voipbin/contracts/time'
import type { Answer } from '@voipbin/service-kit'
import type { MayCharge } from '../balance.ts'
import { renew } from '../renew.ts'
import { paidBefore } from '../store/numbers.ts'

const AT_ONCE = 500

/** By hand, where an operator wants it earlier than the timer of each number. */
export const renewNumbers =
  (mayCharge: MayCharge): Answer<NumberContract, 'renewNumbers'> =>
  async (ctx, { tm_renew }) => {
    const renewed: OwnedNumber[] = []
    for (const number of await paidBefore(ctx.read(), timeOf(tm_renew), AT_ONCE)) {
      const mayBeCharged = await mayCharge(number.customer_id, 'number_renewal')
      const now = await ctx.transaction((tx) => renew(tx, number, mayBeCharged))
      if (now) renewed.push(now)
    }
    return renewed
  }

/** @throws INVALID_ARGUMENT for a day that no month has */
function timeOf(text: string): string {
  const milliseconds = Date.parse(`${text.replace(' ', 'T').replace(/Z$/, '')}Z`)
  if (!Number.isFinite(milliseconds)) {
    const rule = 'must be a time such as 2026-01-31T08:00:00Z'
    throw invalidArgument(`Cannot renew numbers: "tm_renew" ${rule}`, [{ field: 'tm_renew', rule }])
  }
  return formatTime(milliseconds * 1000)
}
