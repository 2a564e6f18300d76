import { causeOf } from '../call.ts'
import type { CallAction } from '../call-action.ts'

/** The wait ends with the call. */
export const hangup: CallAction<'hangup'> = ({ call, option }) => ({
  commands: [{ method: 'hangup', input: { id: call.id, cause: causeOf(option.reason), tag: '' } }],
  isLast: true,
})
