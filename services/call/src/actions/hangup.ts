import { NIL_ID } from '@voipbin/contracts/fields'
import { causeOf, isOver } from '../call.ts'
import type { CallAction } from '../call-action.ts'
import { calls } from '../store/calls.ts'

/** For the reason of the other call, where one of the customer's is named that has ended. The wait ends with the call. */
export const hangup: CallAction<'hangup'> = async ({ call, option, read }) => {
  const named = option.reference_id === NIL_ID ? undefined : await calls.find(read, option.reference_id)
  const other = named?.customer_id === call.customer_id && isOver(named) ? named : undefined
  const cause = causeOf(other?.hangup_reason ?? option.reason)
  return { commands: [{ method: 'hangup', input: { id: call.id, cause, tag: '' } }], isLast: true }
}
