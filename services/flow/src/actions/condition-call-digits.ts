import { type FlowAction, jumpUnless } from '../flow-action.ts'

export const DIGITS = 'voipbin.call.digits'

/** True once enough digits or one of the end keys have come. */
export const conditionCallDigits: FlowAction<'condition_call_digits'> = ({ running, option }) => {
  const digits = running.variables[DIGITS] ?? ''
  const length = Number(option.length)
  const isLongEnough = length > 0 && digits.length >= length
  const hasKey = [...option.key].some((key) => digits.includes(key))
  return jumpUnless(isLongEnough || hasKey, option.false_target_id)
}
