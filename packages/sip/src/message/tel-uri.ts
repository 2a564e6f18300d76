import { Params } from './params.ts'
import { parseUriParams } from './sip-uri.ts'

/** A telephone number (RFC 3966): global with a leading `+`, or local, which must say its phone-context. */
export type TelUri = {
  readonly kind: 'tel'
  readonly scheme: 'tel'
  /** As written, visual separators included. */
  readonly number: string
  readonly params: Params
}

/** What follows `tel:`; undefined when malformed. */
export function parseTelUri(text: string): TelUri | undefined {
  const semicolon = text.indexOf(';')
  const number = semicolon < 0 ? text : text.slice(0, semicolon)
  const params = semicolon < 0 ? Params.none : parseUriParams(text.slice(semicolon + 1))
  if (!params) return undefined
  const isGlobal = /^\+[\d().-]*\d[\d().-]*$/.test(number)
  const isLocal = /^[\dA-Fa-f*#().-]*[\dA-Fa-f*#][\dA-Fa-f*#().-]*$/.test(number)
  return isGlobal || isLocal ? { kind: 'tel', scheme: 'tel', number, params } : undefined
}

export function formatTelUri(uri: TelUri): string {
  return `tel:${uri.number}${uri.params.format()}`
}

/** The number without visual separators (RFC 3966 §5.1.1), as it is dialled. */
export function telNumber(uri: TelUri): string {
  return uri.number.replace(/[().-]/g, '')
}
