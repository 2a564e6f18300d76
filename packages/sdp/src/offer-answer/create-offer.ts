import { type Codec, codecsOf, isSameCodec, type NumberedCodec, staticPayloadType, TELEPHONE_EVENT } from '../description/codec.ts'
import type { MediaDescription, SessionDescription } from '../description/session-description.ts'
import { describeAudio, describeRejected, describeSession } from './describe.ts'
import { DEFAULT_PROTOCOL, type LocalMedia, type LocalSession } from './local-media.ts'

/** RFC 3551 §3: the dynamic range. */
const DYNAMIC_PAYLOAD_TYPES = { first: 96, last: 127 }
/** What nearly all phones use for telephone-event; some old ones know no other. */
const USUAL_TELEPHONE_EVENT = 101

/**
 * An offer of one audio stream (RFC 3264 §5), also in a response to an INVITE without one. With `session.last` it is a re-offer (§8): the
 * streams keep their places, codecs their payload types, and `o=` its version if nothing changed.
 */
export function createOffer(local: LocalMedia, session: LocalSession): SessionDescription {
  const places = session.last?.media ?? []
  const place = activePlace(places)
  const before = places[place]
  const codecs = numberCodecs(local, before)
  const direction = local.direction ?? 'sendrecv'
  const protocol = before && before.port > 0 ? before.protocol : DEFAULT_PROTOCOL
  const audio = describeAudio({ local, codecs, direction, protocol, hasRtcpMux: local.hasRtcpMux ?? false })
  const media = places.map((description, index) => (index === place ? audio : describeRejected(description)))
  return describeSession(local, session, place < places.length ? media : [...media, audio])
}

/** The place of the audio stream in use, else of one that was rejected, else a new one at the end. */
function activePlace(places: readonly MediaDescription[]): number {
  const active = places.findIndex(({ kind, port }) => kind === 'audio' && port > 0)
  if (active >= 0) return active
  const unused = places.findIndex(({ kind }) => kind === 'audio')
  return unused >= 0 ? unused : places.length
}

function numberCodecs(local: LocalMedia, before: MediaDescription | undefined): readonly NumberedCodec[] {
  const known = before ? codecsOf(before) : []
  // A number must not change its meaning in a session (RFC 3264 §8.3.2), even if its codec is not offered now.
  const taken = new Set(known.map(({ payloadType }) => payloadType))
  const number = (codec: Codec, usual: number | undefined): NumberedCodec => {
    const before = known.find((other) => isSameCodec(codec, other))?.payloadType
    const payloadType = before ?? (usual !== undefined && !taken.has(usual) ? usual : firstFree(taken))
    taken.add(payloadType)
    return { ...codec, payloadType }
  }
  const events = local.hasTelephoneEvent === false ? [] : [number(TELEPHONE_EVENT, USUAL_TELEPHONE_EVENT)]
  return [...local.codecs.map((codec) => number(codec, staticPayloadType(codec))), ...events]
}

function firstFree(taken: ReadonlySet<number>): number {
  for (let number = DYNAMIC_PAYLOAD_TYPES.first; number <= DYNAMIC_PAYLOAD_TYPES.last; number++) if (!taken.has(number)) return number
  throw new RangeError('Cannot number a codec: payload types 96 to 127 are taken')
}
