import { type CallAction, channel, send } from '../call-action.ts'

export const play: CallAction<'play'> = ({ call, option, executionId }) =>
  send({ method: 'play', input: { id: executionId, subject: channel(call.id), media: option.stream_urls.map((url) => ({ url })) } })
