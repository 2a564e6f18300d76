import { type CallAction, channel, send } from '../call-action.ts'

export const beep: CallAction<'beep'> = ({ call, executionId }) =>
  send({ method: 'play', input: { id: executionId, subject: channel(call.id), media: [{ tone: 'beep' }] } })
