import type { IncomingHttpHeaders } from 'node:http'
import type { Presented } from './caller.ts'

/** Query names that carry credentials: never handed on as input, never logged. */
export const credentialNames: ReadonlySet<string> = new Set(['token', 'accesskey'])

/** Looks at cookies and query only when asked. */
export function presentedBy(headers: IncomingHttpHeaders, query: Readonly<Record<string, unknown>>): Presented {
  return {
    cookie: (name) => cookieOf(headers.cookie, name),
    query: (name) => {
      const value = query[name]
      return typeof value === 'string' && value !== '' ? value : undefined
    },
    bearer: bearerOf(headers.authorization),
  }
}

function bearerOf(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined
  return /^bearer +(\S+) *$/i.exec(authorization)?.[1]
}

/** The first cookie of that name (RFC 6265 §4.2), unquoted. */
function cookieOf(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue
    const value = pair
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1')
    return value === '' ? undefined : value
  }
  return undefined
}
