import { codecsOf, type NumberedCodec, TELEPHONE_EVENT } from '../description/codec.ts'
import type { MediaDescription, SessionDescription } from '../description/session-description.ts'
import { describeAudio, describeRejected, describeSession } from './describe.ts'
import { type LocalMedia, type LocalSession, protocols } from './local-media.ts'
import { commonCodecs, telephoneEventFor } from './match-codecs.ts'
import {
  type MediaRefusal,
  type NegotiatedCodec,
  type NegotiatedMedia,
  type RefusalReason,
  readPeer,
  refuse,
  usableAddress,
} from './negotiated-media.ts'

export type Answer = { readonly kind: 'answered'; readonly answer: SessionDescription; readonly media: NegotiatedMedia }

type Acceptable = { readonly index: number; readonly codec: NumberedCodec; readonly telephoneEvent: NumberedCodec | undefined }

/**
 * The answer to an offer (RFC 3264 §6): the first audio stream that we can take is taken, all others get port 0. Of the codecs in common
 * it names the one that we prefer, under the offerer's number, so that both directions carry the same and none changes under way.
 * Refused when no stream can be taken; a session that exists goes on as it was.
 */
export function answerOffer(offer: SessionDescription, local: LocalMedia, session: LocalSession): Answer | MediaRefusal {
  const found = findAcceptable(offer, local)
  if ('kind' in found) return found
  const { index, codec, telephoneEvent } = found
  const offered = offer.media[index]
  if (!offered) return refuse('no audio')
  const peer = readPeer(offer, offered, local.direction ?? 'sendrecv')
  const hasRtcpMux = peer.hasRtcpMux && local.hasRtcpMux === true
  const codecs = telephoneEvent ? [codec, { ...telephoneEvent, parameters: TELEPHONE_EVENT.parameters ?? '' }] : [codec]
  const audio = describeAudio({ local, codecs, direction: peer.direction, protocol: offered.protocol, hasRtcpMux })
  const descriptions = offer.media.map((media, at) => (at === index ? audio : describeRejected(media)))
  const answer = describeSession(local, session, descriptions)
  const media: NegotiatedMedia = {
    ...peer,
    hasRtcpMux,
    mediaIndex: index,
    codecs: [symmetric(codec)],
    telephoneEvent: telephoneEvent && symmetric(telephoneEvent),
  }
  return { kind: 'answered', answer, media }
}

/** Why an offer could not be answered, without making the answer; undefined where it can. */
export function refusalOfOffer(offer: SessionDescription, local: Pick<LocalMedia, 'codecs'>): MediaRefusal | undefined {
  const found = findAcceptable(offer, local)
  return 'kind' in found ? found : undefined
}

const symmetric = ({ payloadType, ...codec }: NumberedCodec): NegotiatedCodec => ({
  ...codec,
  sendPayloadType: payloadType,
  receivePayloadType: payloadType,
})

function findAcceptable(offer: SessionDescription, local: Pick<LocalMedia, 'codecs' | 'hasTelephoneEvent'>): Acceptable | MediaRefusal {
  let reason: RefusalReason = 'no audio'
  for (const [index, media] of offer.media.entries()) {
    if (media.kind !== 'audio' || media.port === 0) continue
    const fault = findFault(offer, media)
    const offered = codecsOf(media)
    const [codec] = commonCodecs(local.codecs, offered)
    if (!fault && codec) {
      const telephoneEvent = local.hasTelephoneEvent === false ? undefined : telephoneEventFor(codec, offered)
      return { index, codec, telephoneEvent }
    }
    reason = fault ?? 'no common codec'
  }
  return refuse(reason)
}

function findFault(offer: SessionDescription, media: MediaDescription): RefusalReason | undefined {
  if (!protocols.includes(media.protocol)) return 'no common transport protocol'
  return usableAddress(offer, media) === undefined ? 'no usable address' : undefined
}
