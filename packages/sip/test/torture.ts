import { readFileSync } from 'node:fs'

const folder = new URL('./vectors/rfc4475/', import.meta.url)

/** A message of RFC 4475 as its octets. */
export const torture = (name: string): Buffer => readFileSync(new URL(`${name}.dat`, folder))

/** What our user agent does with each message of RFC 4475. */
export type Outcome =
  | { readonly does: 'accept'; readonly section: string }
  /** Answered without a transaction, because the message is malformed. */
  | { readonly does: 'answer'; readonly section: string; readonly status: number; readonly reason: string }
  /** A response that is malformed, or not ours. */
  | { readonly does: 'drop'; readonly section: string; readonly reason: string }
  /** Well-formed, and refused by the checks of RFC 3261 §8.2. */
  | { readonly does: 'refuse'; readonly section: string; readonly status: number; readonly header?: readonly [string, string] }

const accept = (section: string): Outcome => ({ does: 'accept', section })
const bad = (section: string, reason: string, status = 400): Outcome => ({ does: 'answer', section, status, reason })
const drop = (section: string, reason: string): Outcome => ({ does: 'drop', section, reason })
const refuse = (section: string, status: number, header?: readonly [string, string]): Outcome =>
  header ? { does: 'refuse', section, status, header } : { does: 'refuse', section, status }

export const outcomes: Readonly<Record<string, Outcome>> = {
  wsinv: accept('3.1.1.1'),
  intmeth: refuse('3.1.1.2', 405, ['Allow', 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER, MESSAGE']),
  esc01: accept('3.1.1.3'),
  escnull: accept('3.1.1.4'),
  esc02: refuse('3.1.1.5', 405),
  lwsdisp: accept('3.1.1.6'),
  longreq: accept('3.1.1.7'),
  dblreq: accept('3.1.1.8'),
  semiuri: accept('3.1.1.9'),
  transports: accept('3.1.1.10'),
  mpart01: accept('3.1.1.11'),
  unreason: accept('3.1.1.12'),
  noreason: accept('3.1.1.13'),
  badinv01: bad('3.1.2.1', 'bad Via'),
  clerr: bad('3.1.2.2', 'body shorter than Content-Length'),
  ncl: bad('3.1.2.3', 'bad Content-Length'),
  scalar02: bad('3.1.2.4', 'bad CSeq'),
  scalarlg: drop('3.1.2.5', 'bad CSeq'),
  quotbal: bad('3.1.2.6', 'bad To'),
  ltgtruri: bad('3.1.2.7', 'bad request-URI'),
  lwsruri: bad('3.1.2.8', 'bad start line'),
  lwsstart: bad('3.1.2.9', 'bad start line'),
  trws: bad('3.1.2.10', 'bad start line'),
  escruri: bad('3.1.2.11', 'bad request-URI'),
  // Date is not read by a UAS, so it may be ignored.
  baddate: accept('3.1.2.12'),
  regbadct: bad('3.1.2.13', 'bad Contact'),
  badaspec: bad('3.1.2.14', 'bad To'),
  // This file also lacks the empty line after its headers, which is found first.
  baddn: bad('3.1.2.15', 'no end of headers'),
  badvers: bad('3.1.2.16', 'bad version', 505),
  mismatch01: bad('3.1.2.17', 'method and CSeq differ'),
  mismatch02: bad('3.1.2.18', 'method and CSeq differ'),
  bigcode: drop('3.1.2.19', 'bad status code'),
  badbranch: accept('3.2.1'),
  insuf: bad('3.3.1', 'missing From'),
  unkscm: refuse('3.3.2', 416),
  novelsc: refuse('3.3.3', 416),
  // A registrar answers 404 to the unknown To; nothing is wrong with the syntax.
  unksm2: accept('3.3.4'),
  bext01: refuse('3.3.5', 420, ['Unsupported', 'nothingSupportsThis, nothingSupportsThisEither']),
  invut: refuse('3.3.6', 415, ['Accept', 'application/sdp, text/plain, multipart/mixed']),
  // A registrar challenges whoever brings no credentials of a scheme that it knows.
  regaut01: accept('3.3.7'),
  multi01: bad('3.3.8', 'bad From'),
  mcl01: bad('3.3.9', 'bad Content-Length'),
  // Well-formed; the transaction layer drops a response with more than one Via.
  bcast: accept('3.3.10'),
  zeromf: accept('3.3.11'),
  cparam01: accept('3.3.12'),
  cparam02: accept('3.3.13'),
  regescrt: accept('3.3.14'),
  sdp01: refuse('3.3.15', 406),
  inv2543: accept('3.4.1'),
}
