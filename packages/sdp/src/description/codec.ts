import { attributes } from './attributes.ts'
import type { MediaDescription } from './session-description.ts'

/** A codec by what makes it one (RFC 8866 §6.6): encoding name, RTP clock, channels. `parameters` is what `a=fmtp` says. */
export type Codec = {
  readonly name: string
  /** Of the RTP timestamp; G.722 has 8000 here though it samples at 16 000 (RFC 3551 §4.5.2). */
  readonly clockRateHz: number
  readonly channels: number
  readonly parameters?: string
}

/** A codec under the number that one description gives it. */
export type NumberedCodec = Codec & { readonly payloadType: number }

export const PCMU: Codec = { name: 'PCMU', clockRateHz: 8_000, channels: 1 }
export const PCMA: Codec = { name: 'PCMA', clockRateHz: 8_000, channels: 1 }
export const L16_8000: Codec = { name: 'L16', clockRateHz: 8_000, channels: 1 }
export const L16_16000: Codec = { name: 'L16', clockRateHz: 16_000, channels: 1 }
/** Digits 0–9, *, #, A–D (RFC 4733 §3.2). */
export const TELEPHONE_EVENT: Codec = { name: 'telephone-event', clockRateHz: 8_000, channels: 1, parameters: '0-15' }

/** Payload types that mean something without `a=rtpmap` (RFC 3551 §6); only audio. */
const staticCodecs: Readonly<Record<number, Codec>> = {
  0: PCMU,
  3: { name: 'GSM', clockRateHz: 8_000, channels: 1 },
  4: { name: 'G723', clockRateHz: 8_000, channels: 1 },
  8: PCMA,
  9: { name: 'G722', clockRateHz: 8_000, channels: 1 },
  10: { name: 'L16', clockRateHz: 44_100, channels: 2 },
  11: { name: 'L16', clockRateHz: 44_100, channels: 1 },
  13: { name: 'CN', clockRateHz: 8_000, channels: 1 },
  15: { name: 'G728', clockRateHz: 8_000, channels: 1 },
  18: { name: 'G729', clockRateHz: 8_000, channels: 1 },
}

/** The number that a codec has by RFC 3551; undefined for dynamic ones. */
export function staticPayloadType(codec: Codec): number | undefined {
  const entry = Object.entries(staticCodecs).find(([, other]) => isSameCodec(codec, other))
  return entry && Number(entry[0])
}

export const isTelephoneEvent = ({ name }: Codec): boolean => name.toLowerCase() === 'telephone-event'

export function isSameCodec(one: Codec, other: Codec): boolean {
  return one.name.toLowerCase() === other.name.toLowerCase() && one.clockRateHz === other.clockRateHz && one.channels === other.channels
}

/** The codecs of a media description in its order of preference; formats without meaning to us are left out. */
export function codecsOf(media: MediaDescription): readonly NumberedCodec[] {
  const mapped = readNumbered(media, 'rtpmap')
  const formatted = readNumbered(media, 'fmtp')
  const codecs: NumberedCodec[] = []
  for (const format of media.formats) {
    if (!/^\d{1,3}$/.test(format) || Number(format) > 127) continue
    const payloadType = Number(format)
    const map = mapped.get(payloadType)
    const codec = map === undefined ? staticCodecs[payloadType] : readRtpmap(map)
    if (!codec || codecs.some((other) => other.payloadType === payloadType)) continue
    const { name, clockRateHz, channels } = codec
    const parameters = formatted.get(payloadType)
    codecs.push({ payloadType, name, clockRateHz, channels, ...(parameters === undefined ? {} : { parameters }) })
  }
  return codecs
}

/** `a=rtpmap:<payload type> <rest>` and `a=fmtp:<payload type> <rest>` by payload type; the first of each counts. */
function readNumbered(media: MediaDescription, name: 'rtpmap' | 'fmtp'): ReadonlyMap<number, string> {
  const found = new Map<number, string>()
  for (const value of attributes(media, name)) {
    const space = value.indexOf(' ')
    const payloadType = value.slice(0, Math.max(0, space))
    const rest = value.slice(space).trim()
    if (/^\d{1,3}$/.test(payloadType) && rest !== '' && !found.has(Number(payloadType))) found.set(Number(payloadType), rest)
  }
  return found
}

/** `<name>/<clock rate>[/<channels>]` */
function readRtpmap(value: string): Codec | undefined {
  const [, name, clockRate, channels = '1'] = /^([^ /]+)\/(\d{1,6})(?:\/(\d{1,2}))?$/.exec(value) ?? []
  if (!name || Number(clockRate) === 0 || Number(channels) === 0) return undefined
  return { name, clockRateHz: Number(clockRate), channels: Number(channels) }
}

export function formatRtpmap({ payloadType, name, clockRateHz, channels }: NumberedCodec): string {
  return `${payloadType} ${name}/${clockRateHz}${channels === 1 ? '' : `/${channels}`}`
}
