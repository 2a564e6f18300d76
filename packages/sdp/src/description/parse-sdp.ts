import { readConnection } from './connection.ts'
import { MAX_FORMATS, MAX_LINE_CHARACTERS, MAX_MEDIA_DESCRIPTIONS, MAX_SDP_LINES, MAX_SDP_OCTETS } from './limits.ts'
import type { MalformedSdp, MediaDescription, Origin, SdpFault, SdpLine, SessionDescription } from './session-description.ts'
import { words } from './words.ts'

const MAX_PORT = 65_535

type OpenMedia = Omit<MediaDescription, 'lines'> & { readonly lines: SdpLine[] }

/** What is read so far; lines go to the last media description, or to the session before the first. */
type Draft = { origin: Origin | undefined; name: string; readonly lines: SdpLine[]; readonly media: OpenMedia[] }

/**
 * Reads a session description (RFC 8866 §5, §9). Never throws.
 *
 * ```
 * v=0                                            session level
 * o=- 20518 0 IN IP4 203.0.113.1                 owner, id, version
 * s=-
 * c=IN IP4 203.0.113.1                           address of every media description without its own
 * t=0 0
 * a=sendrecv                                     attribute: a=<name>[:<value>]
 * m=audio 54400 RTP/AVP 0 101                    media level, up to the next m=
 * a=rtpmap:101 telephone-event/8000
 * ```
 *
 * Lenient where phones are careless: lines end with CRLF or LF, empty lines are skipped, `s=` and `t=` may be absent, the order of lines
 * other than `v=` and `m=` does not matter, unknown types are kept. Octets that are not UTF-8 become U+FFFD.
 */
export function parseSdp(body: Uint8Array | string): SessionDescription | MalformedSdp {
  if (body.length > MAX_SDP_OCTETS) return malformed(1, 'too long')
  const text = typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  const draft: Draft = { origin: undefined, name: '-', lines: [], media: [] }
  let number = 0
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf('\n', start)
    const next = feed < 0 ? text.length : feed
    const end = text.charCodeAt(next - 1) === CARRIAGE_RETURN && next > start ? next - 1 : next
    number++
    const fault = end > start ? readLine(draft, number, text.slice(start, end)) : undefined
    if (fault) return malformed(number, fault)
    start = next + 1
  }
  if (!draft.origin) return number === 0 ? malformed(1, 'no v=0') : malformed(number, 'missing o=')
  return { kind: 'session', origin: draft.origin, name: draft.name, lines: draft.lines, media: draft.media }
}

const CARRIAGE_RETURN = 0x0d
const malformed = (line: number, reason: SdpFault): MalformedSdp => ({ kind: 'malformed', line, reason })

function readLine(draft: Draft, number: number, line: string): SdpFault | undefined {
  if (number > MAX_SDP_LINES) return 'too many lines'
  if (line.length > MAX_LINE_CHARACTERS) return 'line too long'
  if (!/^[A-Za-z]=/.test(line)) return 'no type=value'
  if (line.includes('\0') || line.includes('\r')) return 'control character'
  const type = line.charAt(0)
  const value = line.slice(2)
  if (number === 1) return type === 'v' && value.trim() === '0' ? undefined : 'no v=0'
  if (type === 'm') return openMedia(draft, value)
  const media = draft.media.at(-1)
  if (type === 'c' && !readConnection(value)) return 'bad c='
  if (media) media.lines.push({ type, value })
  else return readSessionLine(draft, type, value)
  return undefined
}

function readSessionLine(draft: Draft, type: string, value: string): SdpFault | undefined {
  if (type === 's') draft.name = value
  else if (type !== 'o') draft.lines.push({ type, value })
  else if (draft.origin) return 'second o='
  else {
    draft.origin = readOrigin(value)
    if (!draft.origin) return 'bad o='
  }
  return undefined
}

function readOrigin(value: string): Origin | undefined {
  const [username, sessionId, sessionVersion, networkType, addressType, address, ...more] = words(value)
  if (!username || !sessionId || !sessionVersion || networkType !== 'IN' || !addressType || !address || more.length > 0) return undefined
  return { username, sessionId, sessionVersion, addressType, address }
}

function openMedia(draft: Draft, value: string): SdpFault | undefined {
  if (draft.media.length >= MAX_MEDIA_DESCRIPTIONS) return 'too many m='
  const [kind = '', portText = '', protocol = '', ...formats] = words(value)
  const [, port, portCount = '1'] = /^(\d{1,5})(?:\/(\d{1,5}))?$/.exec(portText) ?? []
  if (port === undefined || Number(port) > MAX_PORT || formats.length === 0 || formats.length > MAX_FORMATS) return 'bad m='
  draft.media.push({ kind, port: Number(port), portCount: Number(portCount), protocol, formats, lines: [] })
  return undefined
}
