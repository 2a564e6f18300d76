import { codecsOf, directionOf, parseSdp } from '@voipbin/sdp'
import { contentTypeHeader, type SipMessage } from '@voipbin/sip'

/** A body in a few words: `PCMU PCMA, sendonly` for a session description, else its type; empty where there is none. */
export function describeBody(message: SipMessage): string {
  if (message.body.length === 0) return ''
  const type = message.headers.one(contentTypeHeader)
  if (type?.type !== 'application' || type.subtype !== 'sdp') return type ? `${type.type}/${type.subtype}` : 'a body'
  const session = parseSdp(message.body)
  if (session.kind === 'malformed') return `SDP that is malformed: ${session.reason}`
  const media = session.media.find(({ kind, port }) => kind === 'audio' && port > 0)
  if (!media) return 'SDP without audio'
  const names = codecsOf(media).flatMap(({ name }) => (name.toLowerCase() === 'telephone-event' ? [] : [name]))
  const direction = directionOf(session, media)
  return [names.join(' ') || 'no codec', ...(direction === 'sendrecv' ? [] : [direction])].join(', ')
}
