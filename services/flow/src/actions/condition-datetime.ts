import { isDatetimeTrue } from '../conditions.ts'
import { type FlowAction, jumpUnless } from '../flow-action.ts'

export const conditionDatetime: FlowAction<'condition_datetime'> = ({ tx, option }) =>
  jumpUnless(isDatetimeTrue(option, tx.now), option.false_target_id)
