import type { OwnedNumber } from '@voipbin/contracts/number'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Tx } from '@voipbin/sql'
import { RENEW_MS } from './number.ts'
import { numbers } from './store/numbers.ts'
import { renewNumber } from './work.ts'

/** Paid for again, or, where the customer's balance does not allow it, given back. @returns undefined where it changed since it was looked at */
export async function renew(tx: Tx, { id, tm_renew }: OwnedNumber, mayBeCharged: boolean): Promise<OwnedNumber | undefined> {
  const number = await numbers.find(tx, id)
  if (!number || number.tm_renew !== tm_renew) return undefined
  if (!mayBeCharged) {
    await numbers.remove(tx, 'number_deleted', number)
    return undefined
  }
  tx.schedule(renewNumber, id, addMilliseconds(tx.now, RENEW_MS), { number_id: id })
  return numbers.update(tx, 'number_renewed', number, { tm_renew: tx.now })
}
