import { type CallAction, channel, send } from '../call-action.ts'

/** Only the web: `file:` and `blob:` name what is the platform's, and any customer's. Nothing to play is over at once. */
export const play: CallAction<'play'> = ({ call, option, executionId }) => {
  const media = option.stream_urls.filter((url) => /^https?:\/\//i.test(url)).map((url) => ({ url }))
  if (media.length === 0) return { commands: [], isOver: true }
  return send({ method: 'play', input: { id: executionId, subject: channel(call.id), media } })
}
