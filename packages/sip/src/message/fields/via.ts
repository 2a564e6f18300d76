import { HOST, SLASH } from '../characters.ts'
import type { Cursor } from '../cursor.ts'
import { defineHeader, type HeaderField } from '../header-field.ts'
import { type Params, parseParams } from '../params.ts'
import { isHost, parsePort } from '../sip-uri.ts'

/**
 * One hop that a request passed (RFC 3261 §20.42).
 * ```
 * SIP/2.0/UDP sent-by-host:port;branch=z9hG4bK…;received=…;rport=…
 * ```
 */
export type Via = {
  /** `SIP`, and its version `2.0`; others parse, so that a request of another version can be answered. */
  readonly protocol: string
  readonly version: string
  /** Upper case. */
  readonly transport: string
  /** sent-by, lower case; IPv6 in brackets. */
  readonly host: string
  readonly port: number | undefined
  readonly params: Params
}

/** What a branch of RFC 3261 begins with (§8.1.1.7). */
export const MAGIC_COOKIE = 'z9hG4bK'

/** The branch when it is one of RFC 3261: unique by itself. A bare cookie is not (RFC 4475 §3.2.1). */
export function branchOf(via: Via): string | undefined {
  const branch = via.params.get('branch')
  return branch !== undefined && branch.length > MAGIC_COOKIE.length && isCookie(branch) ? branch : undefined
}

/** Tokens compare without case (§7.3.1), and the cookie is one. */
const isCookie = (branch: string): boolean =>
  branch.startsWith(MAGIC_COOKIE) || branch.slice(0, MAGIC_COOKIE.length).toLowerCase() === MAGIC_COOKIE.toLowerCase()

function parseVia(cursor: Cursor): Via | undefined {
  const protocol = cursor.token()
  if (protocol === '' || !cursor.takeSeparator(SLASH)) return undefined
  const version = cursor.token()
  if (version === '' || !cursor.takeSeparator(SLASH)) return undefined
  const transport = cursor.token().toUpperCase()
  const afterTransport = cursor.at
  cursor.skipSpaces()
  if (transport === '' || cursor.at === afterTransport) return undefined
  const host = parseSentByHost(cursor)
  if (host === undefined) return undefined
  let port: number | undefined
  if (cursor.takeSeparator(0x3a)) {
    port = parsePort(cursor.token())
    if (port === undefined) return undefined
  }
  const params = parseParams(cursor)
  return params && { protocol, version, transport, host, port, params }
}

function parseSentByHost(cursor: Cursor): string | undefined {
  if (cursor.peek() !== 0x5b) return cursor.run(HOST).toLowerCase() || undefined
  const end = cursor.text.indexOf(']', cursor.at)
  if (end < 0) return undefined
  const host = cursor.text.slice(cursor.at, end + 1).toLowerCase()
  cursor.at = end + 1
  return isHost(host) ? host : undefined
}

function formatVia({ protocol, version, transport, host, port, params }: Via): string {
  return `${protocol}/${version}/${transport} ${host}${port === undefined ? '' : `:${port}`}${params.format()}`
}

/** §20.42 */
export const viaHeader: HeaderField<Via> = defineHeader('Via', 'list', parseVia, formatVia)
