import type { CallAction } from '../call-action.ts'

export const echo: CallAction<'echo' | 'stream_echo'> = ({ call, option }) => ({
  commands: [{ method: 'echo', input: { id: call.id, is_on: true } }],
  timerMs: Number(option.duration),
})
