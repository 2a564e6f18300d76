import type { CallAction } from '../call-action.ts'
import { collect } from '../digits.ts'

/** What was pressed ahead counts at once. */
export const digitsReceive: CallAction<'digits_receive'> = ({ call, option }) => {
  const { isDone, ...changes } = collect(call, option)
  return isDone ? { commands: [], isOver: true, changes } : { commands: [], changes, timerMs: Number(option.duration) }
}
