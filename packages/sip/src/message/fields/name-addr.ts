import { hasControl, LESS, MORE, QUOTE, SEMICOLON, SPACE, TAB } from '../characters.ts'
import { type Cursor, quote, unquote } from '../cursor.ts'
import { defineHeader, type HeaderField } from '../header-field.ts'
import { Params, parseParams } from '../params.ts'
import { formatUri, parseUri, type Uri } from '../uri.ts'

/** A URI with an optional name and header parameters (RFC 3261 §20.10): From, To, Contact, Route… */
export type NameAddr = {
  /** Without quotes; '' when there is none. */
  readonly displayName: string
  readonly uri: Uri
  /** The header's parameters, such as tag; the URI has its own. */
  readonly params: Params
}

export function nameAddr(uri: Uri, params = Params.none, displayName = ''): NameAddr {
  return { displayName, uri, params }
}

/** `( name-addr / addr-spec ) *( SEMI generic-param )` */
export function parseNameAddr(cursor: Cursor): NameAddr | undefined {
  const displayName = parseDisplayName(cursor)
  if (displayName === undefined) return undefined
  const uriText = cursor.peek() === LESS ? takeBracketed(cursor) : displayName === '' ? takeBareUri(cursor) : undefined
  const uri = uriText === undefined ? undefined : parseUri(uriText)
  const params = uri && parseParams(cursor)
  return params && { displayName, uri, params }
}

/**
 * The name before `<`, '' when there is none. Unquoted, the grammar allows tokens only; we allow UTF-8 and dots and parentheses as
 * phones send them, but nothing that could begin another value or parameter: `"`, comma and semicolon stay malformed.
 */
function parseDisplayName(cursor: Cursor): string | undefined {
  if (cursor.peek() === LESS) return ''
  if (cursor.peek() === QUOTE) {
    const quoted = cursor.quoted()
    if (quoted === undefined) return undefined
    cursor.skipSpaces()
    return cursor.peek() === LESS ? unquote(quoted) : undefined
  }
  const less = cursor.text.indexOf('<', cursor.at)
  if (less < 0) return ''
  const name = cursor.text.slice(cursor.at, less)
  // A bracket that belongs to a later value or to a parameter of a bare URI is not ours.
  if (/[",;]/.test(name)) return ''
  if (hasControl(name)) return undefined
  cursor.at = less
  return name.trim()
}

/** `<addr-spec>`; white space inside the brackets is malformed (RFC 4475 §3.1.2.14). */
function takeBracketed(cursor: Cursor): string | undefined {
  const end = cursor.text.indexOf('>', cursor.at)
  if (end < 0) return undefined
  const text = cursor.text.slice(cursor.at + 1, end)
  cursor.at = end + 1
  return text
}

/** A URI without brackets ends at a semicolon, comma or space, and may hold none of these nor a question mark (§20.10). */
function takeBareUri(cursor: Cursor): string | undefined {
  const { text, at } = cursor
  let end = at
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === SEMICOLON || code === 0x2c || code === SPACE || code === TAB) break
    if (code === 0x3f || code === LESS || code === MORE) return undefined
  }
  cursor.at = end
  return text.slice(at, end)
}

export function formatNameAddr({ displayName, uri, params }: NameAddr): string {
  return `${displayName === '' ? '' : `${quote(displayName)} `}<${formatUri(uri)}>${params.format()}`
}

const single = (name: string): HeaderField<NameAddr> => defineHeader(name, 'single', parseNameAddr, formatNameAddr)
const list = (name: string): HeaderField<NameAddr> => defineHeader(name, 'list', parseNameAddr, formatNameAddr)

/** §20.20 */
export const fromHeader = single('From')
/** §20.39 */
export const toHeader = single('To')
/** RFC 3515 */
export const referToHeader = single('Refer-To')
/** RFC 3892 */
export const referredByHeader = single('Referred-By')
/** §20.34 */
export const routeHeader = list('Route')
/** §20.30 */
export const recordRouteHeader = list('Record-Route')
/** RFC 3327 */
export const pathHeader = list('Path')
/** RFC 3608 */
export const serviceRouteHeader = list('Service-Route')
/** RFC 3325: believed from trusted peers only; that is not this package's to know. */
export const pAssertedIdentityHeader = list('P-Asserted-Identity')
export const pPreferredIdentityHeader = list('P-Preferred-Identity')
/** RFC 5806 */
export const diversionHeader = list('Diversion')

/** The tag of From or To; undefined when there is none, as with RFC 2543 peers. */
export function tagOf(address: NameAddr | undefined): string | undefined {
  return address?.params.get('tag') || undefined
}
