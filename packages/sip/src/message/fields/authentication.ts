import { COMMA, SPACE, TAB } from '../characters.ts'
import type { Cursor } from '../cursor.ts'
import { defineHeader, type HeaderField } from '../header-field.ts'
import { MAX_PARAMS } from '../limits.ts'
import { type Param, Params, parseParam } from '../params.ts'

/** A challenge or credentials (RFC 3261 §20.7, §20.44): scheme and its parameters. */
export type AuthValue = { readonly scheme: string; readonly params: Params }

function parseAuthValue(cursor: Cursor): AuthValue | undefined {
  const scheme = cursor.token()
  const gap = cursor.peek()
  if (scheme === '' || (gap !== SPACE && gap !== TAB)) return undefined
  cursor.skipSpaces()
  const params = parseAuthParams(cursor)
  return params && { scheme, params }
}

function parseAuthParams(cursor: Cursor): Params | undefined {
  const entries: Param[] = []
  do {
    const param = parseParam(cursor)
    if (!param || entries.push(param) > MAX_PARAMS) return undefined
  } while (cursor.takeSeparator(COMMA))
  return new Params(entries)
}

const formatAuthValue = ({ scheme, params }: AuthValue): string => `${scheme} ${params.format(', ')}`
const lines = (name: string): HeaderField<AuthValue> => defineHeader(name, 'lines', parseAuthValue, formatAuthValue)

/** §20.44 */
export const wwwAuthenticateHeader = lines('WWW-Authenticate')
/** §20.27 */
export const proxyAuthenticateHeader = lines('Proxy-Authenticate')
/** §20.7 */
export const authorizationHeader = lines('Authorization')
/** §20.28 */
export const proxyAuthorizationHeader = lines('Proxy-Authorization')

/** §20.6: parameters without a scheme. */
export const authenticationInfoHeader: HeaderField<Params> = defineHeader('Authentication-Info', 'single', parseAuthParams, (params) =>
  params.format(', '),
)
