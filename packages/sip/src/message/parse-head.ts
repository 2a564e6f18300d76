import { allIn, SPACE, TAB, TOKEN } from './characters.ts'
import { HeaderList } from './header-list.ts'
import { MAX_HEADER_CHARACTERS, MAX_HEADER_LINES } from './limits.ts'
import type { MalformedReason } from './message.ts'

/** Start line and header lines of a message, not yet understood. With a fault, what could be told apart besides it. */
export type Head = { readonly startLine: string; readonly headers: HeaderList; readonly fault: MalformedReason | undefined }

const CR = 13
const LF = 10

/**
 * Splits a head into lines (RFC 3261 §7.3.1): CRLF ends a line, a line that begins with white space continues the one before. A CR or
 * LF by itself is a fault: implementations differ on whether it ends a line, and headers could hide behind that.
 */
export function parseHead(text: string): Head {
  const headers = new HeaderList()
  let fault: MalformedReason | undefined
  let startLine: string | undefined
  let at = 0
  while (at < text.length) {
    const end = lineEnd(text, at)
    if (hasLoneBreak(text, at, end)) fault ??= 'bad line break'
    if (startLine === undefined) startLine = text.slice(at, end)
    else if (headers.size >= MAX_HEADER_LINES) return { startLine, headers, fault: 'too many headers' }
    else {
      const headerFault = addHeader(headers, text, at, end)
      fault ??= headerFault
    }
    at = end + 2
  }
  return { startLine: startLine ?? '', headers, fault }
}

/** Where the line ends, its continuations included; the end of the text where no CRLF follows. */
function lineEnd(text: string, start: number): number {
  let end = text.indexOf('\r\n', start)
  while (end >= 0 && isWhite(text.charCodeAt(end + 2))) end = text.indexOf('\r\n', end + 2)
  return end < 0 ? text.length : end
}

/** Whether a CR or LF stands in the line by itself, and not in the CRLF before a continuation. The line ends at CRLF or with the text. */
function hasLoneBreak(text: string, start: number, end: number): boolean {
  const [cr, lf] = [text.indexOf('\r', start), text.indexOf('\n', start)]
  const isPlain = (cr < 0 || cr >= end) && (lf < 0 || lf > end)
  return !isPlain && /\r(?!\n)|(?:^|[^\r])\n/.test(text.slice(start, end))
}

function addHeader(headers: HeaderList, text: string, start: number, end: number): MalformedReason | undefined {
  if (end - start > MAX_HEADER_CHARACTERS) return 'header too long'
  const colon = text.indexOf(':', start)
  if (colon < 0 || colon >= end) return 'bad header line'
  let nameEnd = colon
  while (nameEnd > start && isWhite(text.charCodeAt(nameEnd - 1))) nameEnd--
  const name = text.slice(start, nameEnd)
  if (!allIn(name, TOKEN)) return 'bad header line'
  let valueStart = colon + 1
  while (valueStart < end && isBlank(text.charCodeAt(valueStart))) valueStart++
  let valueEnd = end
  while (valueEnd > valueStart && isBlank(text.charCodeAt(valueEnd - 1))) valueEnd--
  const value = text.slice(valueStart, valueEnd)
  headers.appendParsed(name, value.includes('\n') ? unfold(value) : value)
  return undefined
}

const unfold = (value: string): string => value.replace(/[ \t]*\r\n[ \t]+/g, ' ').replace(/[\r\n]+/g, ' ')
const isWhite = (code: number): boolean => code === SPACE || code === TAB
const isBlank = (code: number): boolean => isWhite(code) || code === CR || code === LF
