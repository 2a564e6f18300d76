import { type CallAction, channel, nothing, send } from '../call-action.ts'

/** What may be played, in order. Nothing of it is over at once. */
export const play: CallAction<'play'> = async ({ call, option, executionId, mediaOf }) => {
  const media = (await Promise.all(option.stream_urls.map((url) => mediaOf(url)))).filter((each) => each !== undefined)
  if (media.length === 0) return nothing
  return send({ method: 'play', input: { id: executionId, subject: channel(call.id), media } })
}
