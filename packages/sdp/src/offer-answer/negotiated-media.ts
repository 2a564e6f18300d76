import { attributeOf, packetTimeMs, readRtcp } from '../description/attributes.ts'
import type { Codec } from '../description/codec.ts'
import { connectionOf, isUnicast, isUnspecified } from '../description/connection.ts'
import { agreeDirection, type Direction, directionFrom, directionOf, receives, sends } from '../description/direction.ts'
import type { MediaDescription, SessionDescription } from '../description/session-description.ts'
import { DEFAULT_PTIME_MS } from './local-media.ts'

/** The numbers may differ: each side sends what the other wrote (RFC 3264 §5.1, §6.1). */
export type NegotiatedCodec = Codec & { readonly sendPayloadType: number; readonly receivePayloadType: number }

export type TransportAddress = { readonly address: string; readonly port: number }

/** What an offer and its answer agree on, as seen from our side. */
export type NegotiatedMedia = {
  /** Which media description of the session it is. */
  readonly mediaIndex: number
  /** Where the peer says that it takes RTP. `0.0.0.0` or `::` when it is on hold the old way: there is nowhere to send. */
  readonly remote: TransportAddress
  /** Where the peer takes RTCP; undefined when there is no such port. */
  readonly remoteRtcp: TransportAddress | undefined
  readonly hasRtcpMux: boolean
  /** At least one; we send the first. */
  readonly codecs: readonly [NegotiatedCodec, ...NegotiatedCodec[]]
  readonly telephoneEvent: NegotiatedCodec | undefined
  /** Audio in each packet that we send, as the peer asked, else 20 ms. */
  readonly ptimeMs: number
  /** Ours. */
  readonly direction: Direction
  /** The peer does not want our media, in whichever spelling. */
  readonly isOnHold: boolean
}

/** Why nothing came of it, with what a SIP response says (RFC 3261 §20.43, §21.4.26). */
export type MediaRefusal = { readonly kind: 'refused'; readonly sipStatus: 488; readonly warning: number; readonly reason: RefusalReason }

export type RefusalReason =
  | 'no audio'
  | 'no common transport protocol'
  | 'no usable address'
  | 'no common codec'
  | 'stream rejected'
  | 'stream missing'

const warnings: Readonly<Record<RefusalReason, number>> = {
  'no audio': 304,
  'no common transport protocol': 302,
  'no usable address': 301,
  'no common codec': 305,
  'stream rejected': 304,
  'stream missing': 304,
}

export const refuse = (reason: RefusalReason): MediaRefusal => ({ kind: 'refused', sipStatus: 488, warning: warnings[reason], reason })

/** The peer's address for a stream; undefined where there is none that we could send to or be put on hold by. */
export function usableAddress(session: SessionDescription, media: MediaDescription): string | undefined {
  const address = connectionOf(session, media)?.address
  return address !== undefined && isUnicast(address) ? address : undefined
}

/** What the peer does with media: `a=` of media or session, and an unspecified address is no wish to receive. */
export function peerDirection(session: SessionDescription, media: MediaDescription): Direction {
  const written = directionOf(session, media)
  const address = connectionOf(session, media)?.address ?? ''
  return isUnspecified(address) ? directionFrom(sends(written), false) : written
}

/** Everything but the codecs, out of the peer's description. */
export function readPeer(peer: SessionDescription, media: MediaDescription, own: Direction) {
  const address = usableAddress(peer, media) ?? ''
  const direction = peerDirection(peer, media)
  return {
    remote: { address, port: media.port },
    remoteRtcp: rtcpAddress(media, address),
    hasRtcpMux: attributeOf(peer, media, 'rtcp-mux') === '',
    ptimeMs: agreePtimeMs(media),
    direction: agreeDirection(own, direction),
    isOnHold: !receives(direction),
  }
}

/** `a=rtcp`, else the port above that of RTP (RFC 3550 §11). */
function rtcpAddress(media: MediaDescription, address: string): TransportAddress | undefined {
  const written = readRtcp(media)
  if (written)
    return { address: written.address !== undefined && isUnicast(written.address) ? written.address : address, port: written.port }
  return media.port < 65_535 ? { address, port: media.port + 1 } : undefined
}

const PTIME_STEP_MS = 10
const MAX_PTIME_MS = 120

/** Whole steps of 10 ms, as every tick and G.711 phone has it, from 10 to 120 and not above `maxptime`. */
function agreePtimeMs(media: MediaDescription): number {
  const wished = packetTimeMs(media, 'ptime') ?? DEFAULT_PTIME_MS
  const most = Math.min(packetTimeMs(media, 'maxptime') ?? MAX_PTIME_MS, MAX_PTIME_MS)
  return Math.max(PTIME_STEP_MS, Math.floor(Math.min(wished, most) / PTIME_STEP_MS) * PTIME_STEP_MS)
}
