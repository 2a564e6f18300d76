import { allIn, SLASH, TOKEN } from './characters.ts'
import type { MalformedReason } from './message.ts'
import { parseUri, type Uri } from './uri.ts'

/** Request line and status line (RFC 3261 §7.1, §7.2). */
export type StartLine =
  | { readonly kind: 'request'; readonly method: string; readonly uri: Uri }
  | { readonly kind: 'response'; readonly status: number; readonly reason: string }
  | BadStartLine

/** `method` is there when the line is recognisably a request, so that it can be answered. */
export type BadStartLine = { readonly kind: 'bad'; readonly fault: MalformedReason; readonly method: string | undefined }

export function parseStartLine(line: string): StartLine {
  const isStatusLine = line.charCodeAt(3) === SLASH && /^SIP\/\d+\.\d+ /i.test(line)
  return isStatusLine ? parseStatusLine(line) : parseRequestLine(line)
}

/** `SIP-Version SP Status-Code SP Reason-Phrase`; the space before an empty reason is often forgotten. */
function parseStatusLine(line: string): StartLine {
  const match = /^SIP\/2\.0 ([1-6]\d\d)(?: ([\s\S]*))?$/i.exec(line)
  if (!match) return bad(/^SIP\/2\.0 /i.test(line) ? 'bad status code' : 'bad version')
  return { kind: 'response', status: Number(match[1]), reason: match[2] ?? '' }
}

/** `Method SP Request-URI SP SIP-Version`, with exactly one space at each place (RFC 4475 §3.1.2.8–10). */
function parseRequestLine(line: string): StartLine {
  const first = line.indexOf(' ')
  const last = line.lastIndexOf(' ')
  const method = line.slice(0, first)
  if (first <= 0 || !allIn(method, TOKEN) || !(line.endsWith(' SIP/2.0') || /[ \t]SIP\/\d+\.\d+[ \t]*$/i.test(line)))
    return bad('bad start line')
  const version = line.slice(last + 1).toUpperCase()
  const uriText = line.slice(first + 1, last)
  if (!version.startsWith('SIP/') || uriText === '' || uriText.includes(' ')) return bad('bad start line', method)
  if (version !== 'SIP/2.0') return bad('bad version', method)
  const uri = parseUri(uriText)
  // Header fields in a Request-URI could speak for us: they are not allowed there (§19.1.1, table 1).
  if (!uri || (uri.kind === 'sip' && uri.headers.length > 0)) return bad('bad request-URI', method)
  return { kind: 'request', method, uri }
}

const bad = (fault: MalformedReason, method?: string): BadStartLine => ({ kind: 'bad', fault, method })
