import { type Via, viaHeader } from './fields/via.ts'
import { parseField } from './header-field.ts'
import { END_OF_HEAD } from './parse-message.ts'
import { reasonPhrase } from './reason-phrases.ts'
import { isInvite } from './unparsed.ts'

/** An INVITE outside of a dialog, as far as it takes to refuse it. All else of it has not been looked at and may be wrong. */
export type InviteGlance = {
  /** On top, and those below as they came. */
  readonly via: Via
  readonly otherVias: readonly string[]
  readonly from: string
  readonly to: string
  readonly callId: string
  readonly cseq: string
  /** Empty where it says none. */
  readonly userAgent: string
}

/** Whatever is larger is parsed. */
const MAX_OCTETS = 4_096
const names: ReadonlyMap<string, 'via' | 'from' | 'to' | 'callId' | 'cseq' | 'userAgent'> = new Map([
  ...([
    ['via', 'via'],
    ['v', 'via'],
    ['from', 'from'],
    ['f', 'from'],
    ['to', 'to'],
    ['t', 'to'],
  ] as const),
  ...([
    ['call-id', 'callId'],
    ['i', 'callId'],
    ['cseq', 'cseq'],
    ['user-agent', 'userAgent'],
  ] as const),
])

/** @returns undefined for all that is not plainly such an INVITE: it is to be parsed, which also says what is wrong with it */
export function glanceAtInvite(octets: Buffer): InviteGlance | undefined {
  if (octets.length > MAX_OCTETS || !isInvite(octets)) return undefined
  const end = octets.indexOf(END_OF_HEAD)
  if (end < 0) return undefined
  // Octets for characters: what is copied goes back as it came.
  const [startLine = '', ...lines] = octets.toString('latin1', 0, end).split('\r\n')
  const found = startLine.endsWith(' SIP/2.0') ? readLines(lines) : undefined
  if (!found) return undefined
  const { vias, from, to, callId, cseq, userAgent = '' } = found
  const [first, ...below] = vias
  const [via, ...beside] = (first !== undefined && parseField(viaHeader, first)) || []
  if (!via || from === undefined || to === undefined || callId === undefined || cseq === undefined) return undefined
  if (!/^\d{1,10}[ \t]+INVITE$/.test(cseq) || /;\s*tag\s*=/i.test(to)) return undefined
  return { via, otherVias: [...beside.map(viaHeader.format), ...below], from, to, callId, cseq, userAgent }
}

type Found = { readonly vias: string[]; from?: string; to?: string; callId?: string; cseq?: string; userAgent?: string }

/** @returns undefined where a line is folded, has no name, or comes twice and may not */
function readLines(lines: readonly string[]): Found | undefined {
  const found: Found = { vias: [] }
  for (const line of lines) {
    const colon = line.indexOf(':')
    const isFolded = line.charCodeAt(0) <= 0x20
    if (colon <= 0 || isFolded) return undefined
    const name = names.get(line.slice(0, colon).trimEnd().toLowerCase())
    if (name === undefined) continue
    const value = line.slice(colon + 1).trim()
    if (name === 'via') found.vias.push(value)
    else if (found[name] !== undefined) return undefined
    else found[name] = value
  }
  return found
}

export type GlanceAnswer = {
  readonly status: number
  readonly toTag: string
  readonly retryAfterSeconds?: number | undefined
  /** The Via on top, with where the request came from. */
  readonly via: Via
}

/** The octets of a final response to it (RFC 3261 §8.2.6.2). */
export function answerToGlance(glance: InviteGlance, { status, toTag, retryAfterSeconds, via }: GlanceAnswer): Buffer {
  const vias = [viaHeader.format(via), ...glance.otherVias].map((value) => `Via: ${value}\r\n`).join('')
  const retryAfter = retryAfterSeconds === undefined ? '' : `Retry-After: ${retryAfterSeconds}\r\n`
  const text =
    `SIP/2.0 ${status} ${reasonPhrase(status)}\r\n${vias}From: ${glance.from}\r\nTo: ${glance.to};tag=${toTag}\r\n` +
    `Call-ID: ${glance.callId}\r\nCSeq: ${glance.cseq}\r\n${retryAfter}Content-Length: 0\r\n\r\n`
  return Buffer.from(text, 'latin1')
}
