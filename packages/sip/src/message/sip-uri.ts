import { isIPv6 } from 'node:net'
import { allIn, HOST, URI_HEADER, URI_PARAM, USER } from './characters.ts'
import { normaliseEscapes } from './escapes.ts'
import { MAX_PARAMS } from './limits.ts'
import { type Param, Params } from './params.ts'

/**
 * A SIP or SIPS URI (RFC 3261 §19.1).
 * ```
 * sip:user:password@host:port;uri-parameters?headers
 * ```
 * Texts keep the escapes that matter, in one spelling (`normaliseEscapes`); `unescapeText` gives what they mean.
 */
export type SipUri = {
  readonly kind: 'sip'
  readonly scheme: 'sip' | 'sips'
  readonly user: string | undefined
  readonly password: string | undefined
  /** Lower case; IPv6 in brackets. */
  readonly host: string
  readonly port: number | undefined
  readonly params: Params
  readonly headers: readonly Param[]
}

/** A SIP URI of parts. The user is a URI component: `escapeText` it first when it comes from outside. */
export function sipUri(parts: Partial<SipUri> & Pick<SipUri, 'host'>): SipUri {
  const { scheme = 'sip', user, password, host, port, params = Params.none, headers = [] } = parts
  return { kind: 'sip', scheme, user, password, host: host.toLowerCase(), port, params, headers }
}

/** What follows `sip:` or `sips:`; undefined when malformed. */
export function parseSipUri(scheme: 'sip' | 'sips', text: string): SipUri | undefined {
  const at = text.indexOf('@')
  let user: string | undefined
  let password: string | undefined
  if (at >= 0) {
    const colon = text.indexOf(':')
    const hasPassword = colon >= 0 && colon < at
    user = normaliseEscapes(text.slice(0, hasPassword ? colon : at), USER)
    if (!user) return undefined
    if (hasPassword) {
      password = normaliseEscapes(text.slice(colon + 1, at), USER)
      if (password === undefined) return undefined
    }
  }
  const question = text.indexOf('?', at + 1)
  const headersAt = question < 0 ? text.length : question
  const semicolon = text.indexOf(';', at + 1)
  const paramsAt = semicolon < 0 || semicolon > headersAt ? headersAt : semicolon
  const address = parseHostPort(text.slice(at + 1, paramsAt))
  const params = paramsAt === headersAt ? Params.none : parseUriParams(text.slice(paramsAt + 1, headersAt))
  const headers = question < 0 ? noHeaders : parsePairs(text.slice(question + 1), '&', URI_HEADER)
  if (!address || !params || !headers) return undefined
  return { kind: 'sip', scheme, user, password, host: address.host, port: address.port, params, headers }
}

const noHeaders: readonly Param[] = []

export type HostPort = { readonly host: string; readonly port: number | undefined }

/** `host [ ":" port ]`, where host is a name, an IPv4 address or a bracketed IPv6 address. */
export function parseHostPort(text: string): HostPort | undefined {
  const bracket = text.charCodeAt(0) === 0x5b ? text.indexOf(']') : -1
  const colon = text.indexOf(':', bracket + 1)
  const host = (colon < 0 ? text : text.slice(0, colon)).toLowerCase()
  if (!isHost(host)) return undefined
  if (colon < 0) return { host, port: undefined }
  const port = parsePort(text.slice(colon + 1))
  return port === undefined ? undefined : { host, port }
}

/** Whether a lower-case text is a host name, an IPv4 address or a bracketed IPv6 address. */
export function isHost(host: string): boolean {
  return host.charCodeAt(0) === 0x5b ? host.endsWith(']') && isIPv6(host.slice(1, -1)) : allIn(host, HOST)
}

export function parsePort(text: string): number | undefined {
  if (text.length > 5) return undefined
  let port = 0
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (!(digit >= 0 && digit <= 9)) return undefined
    port = port * 10 + digit
  }
  return port > 0 && port <= 65_535 ? port : undefined
}

/** `name[=value]` joined by semicolons, without the leading one. */
export function parseUriParams(text: string): Params | undefined {
  const pairs = parsePairs(text, ';', URI_PARAM)
  return pairs && new Params(pairs)
}

function parsePairs(text: string, separator: string, characterClass: number): readonly Param[] | undefined {
  const parts = text.split(separator, MAX_PARAMS + 1)
  if (parts.length > MAX_PARAMS) return undefined
  const pairs: Param[] = []
  for (const part of parts) {
    const equals = part.indexOf('=')
    const name = normaliseEscapes(equals < 0 ? part : part.slice(0, equals), characterClass)
    const value = equals < 0 ? undefined : normaliseEscapes(part.slice(equals + 1), characterClass)
    if (!name || (equals >= 0 && value === undefined)) return undefined
    pairs.push([name, value])
  }
  return pairs
}

export function formatSipUri(uri: SipUri): string {
  const password = uri.password === undefined ? '' : `:${uri.password}`
  const user = uri.user === undefined ? '' : `${uri.user}${password}@`
  const port = uri.port === undefined ? '' : `:${uri.port}`
  return `${uri.scheme}:${user}${uri.host}${port}${uri.params.size === 0 ? '' : uri.params.format()}${formatHeaders(uri.headers)}`
}

function formatHeaders(headers: readonly Param[]): string {
  if (headers.length === 0) return ''
  return `?${headers.map(([name, value]) => (value === undefined ? name : `${name}=${value}`)).join('&')}`
}
