import { attributeLine } from '../description/attributes.ts'
import { formatRtpmap, type NumberedCodec } from '../description/codec.ts'
import { addressTypeOf } from '../description/connection.ts'
import type { Direction } from '../description/direction.ts'
import { serialiseSdp } from '../description/serialise-sdp.ts'
import type { MediaDescription, Origin, SdpLine, SessionDescription } from '../description/session-description.ts'
import { DEFAULT_PTIME_MS, type LocalMedia, type LocalSession } from './local-media.ts'

type AudioParts = {
  readonly local: LocalMedia
  readonly codecs: readonly NumberedCodec[]
  readonly direction: Direction
  readonly protocol: string
  readonly hasRtcpMux: boolean
}

export function describeAudio({ local, codecs, direction, protocol, hasRtcpMux }: AudioParts): MediaDescription {
  const lines: SdpLine[] = codecs.flatMap((codec) => [
    attributeLine('rtpmap', formatRtpmap(codec)),
    ...(codec.parameters === undefined ? [] : [attributeLine('fmtp', `${codec.payloadType} ${codec.parameters}`)]),
  ])
  lines.push(attributeLine('ptime', local.ptimeMs ?? DEFAULT_PTIME_MS))
  if (hasRtcpMux) lines.push(attributeLine('rtcp-mux'))
  lines.push(attributeLine(direction))
  const formats = codecs.map(({ payloadType }) => String(payloadType))
  return { kind: 'audio', port: local.port, portCount: 1, protocol, formats, lines }
}

/** A stream that is not, or no longer, there: its formats stay as the grammar wants one (RFC 3264 §6). */
export function describeRejected({ kind, protocol, formats }: MediaDescription): MediaDescription {
  return { kind, port: 0, portCount: 1, protocol, formats, lines: [] }
}

/** The whole description. Its version is that of the last one, and one more only if something changed (RFC 3264 §8). */
export function describeSession(local: LocalMedia, session: LocalSession, media: readonly MediaDescription[]): SessionDescription {
  const addressType = addressTypeOf(local.address)
  const { last } = session
  const first: Origin = { username: '-', sessionId: session.sessionId, sessionVersion: '0', addressType, address: local.address }
  const lines = [
    { type: 'c', value: `IN ${addressType} ${local.address}` },
    { type: 't', value: '0 0' },
  ]
  const next: SessionDescription = { kind: 'session', origin: last?.origin ?? first, name: '-', lines, media }
  if (!last || serialiseSdp(last) === serialiseSdp(next)) return next
  return { ...next, origin: { ...last.origin, sessionVersion: String(BigInt(last.origin.sessionVersion) + 1n) } }
}
