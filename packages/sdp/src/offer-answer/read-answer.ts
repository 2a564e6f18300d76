import { codecsOf, isSameCodec, isTelephoneEvent, type NumberedCodec } from '../description/codec.ts'
import { directionOf } from '../description/direction.ts'
import type { SessionDescription } from '../description/session-description.ts'
import { telephoneEventFor } from './match-codecs.ts'
import { type MediaRefusal, type NegotiatedCodec, type NegotiatedMedia, readPeer, refuse, usableAddress } from './negotiated-media.ts'

/**
 * What the answer to our offer agrees on (RFC 3264 §7). The answerer's order counts; its numbers are for what we send, ours for what we
 * receive. Codecs that we did not offer are passed over. Refused when nothing is left: the call cannot go on with it.
 */
export function readAnswer(offer: SessionDescription, answer: SessionDescription): NegotiatedMedia | MediaRefusal {
  const index = offer.media.findIndex(({ kind, port }) => kind === 'audio' && port > 0)
  const offered = offer.media[index]
  const answered = answer.media[index]
  if (!offered || answered?.kind !== 'audio') return refuse('stream missing')
  if (answered.port === 0) return refuse('stream rejected')
  if (usableAddress(answer, answered) === undefined) return refuse('no usable address')
  const ours = codecsOf(offered)
  const theirs = codecsOf(answered)
  const [first, ...more] = theirs.flatMap((codec) => (isTelephoneEvent(codec) ? [] : pair(codec, ours)))
  if (!first) return refuse('no common codec')
  const event = telephoneEventFor(first, theirs)
  const peer = readPeer(answer, answered, directionOf(offer, offered))
  const hasRtcpMux = peer.hasRtcpMux && offered.lines.some(({ type, value }) => type === 'a' && value === 'rtcp-mux')
  return { ...peer, hasRtcpMux, mediaIndex: index, codecs: [first, ...more], telephoneEvent: event && pair(event, ours)[0] }
}

function pair({ payloadType: sendPayloadType, ...codec }: NumberedCodec, ours: readonly NumberedCodec[]): NegotiatedCodec[] {
  const own = ours.find((other) => isSameCodec(codec, other))
  return own ? [{ ...codec, sendPayloadType, receivePayloadType: own.payloadType }] : []
}
