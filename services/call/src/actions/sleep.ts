import type { CallAction } from '../call-action.ts'

export const sleep: CallAction<'sleep'> = ({ option }) => ({ commands: [], timerMs: Number(option.duration) })
