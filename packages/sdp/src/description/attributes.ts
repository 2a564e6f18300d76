import type { MediaDescription, SdpLine, Section, SessionDescription } from './session-description.ts'
import { words } from './words.ts'

/** Values of every `a=<name>` or `a=<name>:<value>` of a section, in order; a property attribute has the value `''`. */
export function attributes(section: Section, name: string): string[] {
  const values: string[] = []
  for (const { type, value } of section.lines) {
    if (type !== 'a' || !value.startsWith(name)) continue
    if (value.length === name.length) values.push('')
    else if (value.charAt(name.length) === ':') values.push(value.slice(name.length + 1).trim())
  }
  return values
}

export const attribute = (section: Section, name: string): string | undefined => attributes(section, name)[0]

/** Of the media description, else of the session (RFC 8866 §5.13: session-level attributes are defaults). */
export function attributeOf(session: SessionDescription, media: MediaDescription, name: string): string | undefined {
  return attribute(media, name) ?? attribute(session, name)
}

export const attributeLine = (name: string, value?: string | number): SdpLine => ({
  type: 'a',
  value: value === undefined ? name : `${name}:${value}`,
})

/** Milliseconds of `a=ptime` or `a=maxptime`; undefined when absent or out of what a packet can hold. */
export function packetTimeMs(media: MediaDescription, name: 'ptime' | 'maxptime'): number | undefined {
  const value = Number(attribute(media, name) ?? Number.NaN)
  return value >= 1 && value <= 1_000 ? Math.round(value) : undefined
}

/** Where the peer takes RTCP: `a=rtcp:<port> [IN <addrtype> <address>]` (RFC 3605). */
export function readRtcp(media: MediaDescription): { readonly port: number; readonly address: string | undefined } | undefined {
  const [port = '', , , address] = words(attribute(media, 'rtcp') ?? '')
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535 || Number(port) === 0) return undefined
  return { port: Number(port), address }
}
