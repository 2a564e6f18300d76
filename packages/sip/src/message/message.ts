import { fromHeader, tagOf, toHeader } from './fields/name-addr.ts'
import { cseqHeader } from './fields/numbers.ts'
import { callIdHeader } from './fields/tokens.ts'
import { type Via, viaHeader } from './fields/via.ts'
import type { HeaderList } from './header-list.ts'
import type { Uri } from './uri.ts'

export type SipRequest = {
  readonly kind: 'request'
  /** Case matters (RFC 3261 §7.1). */
  readonly method: string
  readonly uri: Uri
  readonly headers: HeaderList
  readonly body: Uint8Array
}

export type SipResponse = {
  readonly kind: 'response'
  /** 100 to 699. */
  readonly status: number
  /** The reason phrase: for people, may be empty. */
  readonly reason: string
  readonly headers: HeaderList
  readonly body: Uint8Array
}

/** A message belongs to who made or received it; its headers may be changed until it is handed on. */
export type SipMessage = SipRequest | SipResponse

/** What came in and is no message. It is counted, and answered where it can be. */
export type Malformed = {
  readonly kind: 'malformed'
  /** What is wrong, for counters and logs: a closed set of short texts. */
  readonly reason: MalformedReason
  /** What to answer: 400, or 505 for another SIP version. */
  readonly status: 400 | 505
  /** Whether it is recognisably a request with a Via, and no ACK: `answerMalformed` makes the answer, for where it came from. */
  readonly canAnswer: boolean
  /** The headers that could be told apart, raw; the message may have more wrong with it. */
  readonly headers: HeaderList
}

export type MalformedReason =
  | 'empty'
  | 'message too long'
  | 'head too long'
  | 'no end of headers'
  | 'bad line break'
  | 'bad start line'
  | 'bad version'
  | 'bad request-URI'
  | 'bad status code'
  | 'bad header line'
  | 'header too long'
  | 'too many headers'
  | 'bad Content-Length'
  | 'Content-Length missing on a stream'
  | 'body shorter than Content-Length'
  | 'method and CSeq differ'
  | `missing ${string}`
  | `bad ${string}`

/** The first bytes that a keep-alive sends between messages (RFC 5626 §3.5.1): to be answered with CRLF on streams, ignored on UDP. */
export type KeepAlive = { readonly kind: 'keep-alive' }

/** What identifies a message to dialogs and logs. A parsed message has all of it, so nothing here is malformed. */
export const callIdOf = (message: SipMessage): string => message.headers.one(callIdHeader) ?? ''
export const fromTagOf = (message: SipMessage): string | undefined => tagOf(message.headers.one(fromHeader))
export const toTagOf = (message: SipMessage): string | undefined => tagOf(message.headers.one(toHeader))
export const topViaOf = (message: SipMessage): Via | undefined => message.headers.one(viaHeader)
export const sequenceOf = (message: SipMessage): number => message.headers.one(cseqHeader)?.sequence ?? 0

/** The method of a request, or that which a response answers. */
export function methodOf(message: SipMessage): string {
  return message.kind === 'request' ? message.method : (message.headers.one(cseqHeader)?.method ?? '')
}
