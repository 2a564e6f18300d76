import { isUtf8 } from 'node:buffer'
import { bodyOctets, findHeaderFault } from './check-headers.ts'
import { HeaderList } from './header-list.ts'
import { MAX_HEAD_CHARACTERS, MAX_MESSAGE_OCTETS } from './limits.ts'
import type { KeepAlive, Malformed, MalformedReason, SipMessage } from './message.ts'
import { type Head, parseHead } from './parse-head.ts'
import { parseStartLine } from './start-line.ts'

const CR = 13
const LF = 10
export const END_OF_HEAD = Buffer.from('\r\n\r\n')

/**
 * One datagram (RFC 3261 §7, §18.3): what follows Content-Length is ignored, a shorter body is malformed. Never throws, whatever the
 * octets are. The body is a view of the datagram: who keeps it copies it.
 */
export function parseDatagram(datagram: Uint8Array): SipMessage | Malformed | KeepAlive {
  const octets = asBuffer(datagram)
  const start = skipLineBreaks(octets, 0)
  if (start === octets.length) return start > 0 || octets.length === 0 ? { kind: 'keep-alive' } : malformed('empty')
  if (octets.length - start > MAX_MESSAGE_OCTETS) return malformed('message too long')
  const end = octets.indexOf(END_OF_HEAD, start)
  const head = parseHead(decodeHead(octets, start, end < 0 ? octets.length : end))
  if (end - start > MAX_HEAD_CHARACTERS) return malformed('head too long', head)
  if (end < 0) return malformed('no end of headers', head)
  const length = bodyOctets(head.headers)
  const available = octets.length - end - END_OF_HEAD.length
  if (length === 'bad Content-Length') return malformed(length, head)
  if (length !== undefined && length > available) return malformed('body shorter than Content-Length', head)
  const bodyStart = end + END_OF_HEAD.length
  return readMessage(head, octets.subarray(bodyStart, bodyStart + (length ?? available)))
}

/** A message of its head and body; malformed when the RFC says that it must not be understood. */
export function readMessage(head: Head, body: Uint8Array): SipMessage | Malformed {
  if (head.fault) return malformed(head.fault, head)
  const { headers } = head
  const start = parseStartLine(head.startLine)
  if (start.kind === 'bad') return malformed(start.fault, head)
  const fault = findHeaderFault(headers, start.kind === 'request' ? start.method : undefined)
  if (fault) return malformed(fault, head)
  if (start.kind === 'request') return { kind: 'request', method: start.method, uri: start.uri, headers, body }
  return { kind: 'response', status: start.status, reason: start.reason, headers, body }
}

/** Octets of the head as text: UTF-8, or Latin-1 when they are not, as old phones write names. */
export function decodeHead(octets: Buffer, start: number, end: number): string {
  const head = octets.subarray(start, end)
  return isUtf8(head) ? head.toString('utf8') : head.toString('latin1')
}

/** Past line breaks before a start line, which are ignored (§7.5). */
export function skipLineBreaks(octets: Uint8Array, from: number): number {
  let at = from
  while (octets[at] === CR || octets[at] === LF) at++
  return at
}

export function asBuffer(octets: Uint8Array): Buffer {
  return Buffer.isBuffer(octets) ? octets : Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength)
}

export function malformed(reason: MalformedReason, head?: Head): Malformed {
  if (!head) return { kind: 'malformed', reason, status: 400, canAnswer: false, headers: new HeaderList() }
  const start = parseStartLine(head.startLine)
  const method = start.kind === 'response' ? undefined : start.method
  const canAnswer = method !== undefined && method !== 'ACK' && head.headers.has('Via')
  const isVersion = start.kind === 'bad' && start.fault === 'bad version'
  return { kind: 'malformed', reason: isVersion ? 'bad version' : reason, status: isVersion ? 505 : 400, canAnswer, headers: head.headers }
}
