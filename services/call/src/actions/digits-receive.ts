import type { CallAction } from '../call-action.ts'
import { collect } from '../digits.ts'

/** What was pressed ahead counts at once. */
export const digitsReceive: CallAction<'digits_receive'> = ({ option }) => ({
  commands: [],
  timerMs: Number(option.duration),
  take: (pressed) => collect(pressed, option),
})
