import { type FlowAction, jumpUnless } from '../flow-action.ts'

export const conditionCallStatus: FlowAction<'condition_call_status'> = ({ callStatus, option }) =>
  jumpUnless(callStatus === option.status, option.false_target_id)
