import { isVariableTrue } from '../conditions.ts'
import { type FlowAction, jumpUnless } from '../flow-action.ts'

export const conditionVariable: FlowAction<'condition_variable'> = ({ option }) =>
  jumpUnless(isVariableTrue(option), option.false_target_id)
