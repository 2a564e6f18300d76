import { contactHeader } from './fields/contact.ts'
import { fromHeader, recordRouteHeader, routeHeader, toHeader } from './fields/name-addr.ts'
import { contentLengthHeader, cseqHeader, maxForwardsHeader } from './fields/numbers.ts'
import { callIdHeader } from './fields/tokens.ts'
import { viaHeader } from './fields/via.ts'
import type { HeaderField } from './header-field.ts'
import type { HeaderList } from './header-list.ts'
import type { MalformedReason } from './message.ts'

/** Headers that every message has (RFC 3261 §8.1.1). Max-Forwards is not among them: RFC 2543 peers leave it out (RFC 4475 §3.4.1). */
const mandatory: readonly HeaderField<unknown>[] = [fromHeader, toHeader, callIdHeader, cseqHeader] as readonly HeaderField<unknown>[]

/** Headers that decide where messages go: when there, they must be well-formed. */
const routing: readonly HeaderField<unknown>[] = [contactHeader, routeHeader, recordRouteHeader] as readonly HeaderField<unknown>[]

/**
 * What is wrong with the headers that transactions, dialogs and registrations stand on; undefined when nothing is. Others are read when
 * someone asks, and a malformed one that nobody asks for does no harm (RFC 4475 §3.1.2.12).
 */
export function findHeaderFault(headers: HeaderList, method: string | undefined): MalformedReason | undefined {
  const vias = headers.all(viaHeader)
  if (!vias) return 'bad Via'
  if (vias.length === 0) return 'missing Via'
  for (const field of mandatory) {
    if (headers.one(field) === undefined) return headers.has(field.name) ? `bad ${field.name}` : `missing ${field.name}`
  }
  for (const field of routing) if (!headers.all(field)) return `bad ${field.name}`
  if (headers.one(maxForwardsHeader) === undefined && headers.has('Max-Forwards')) return 'bad Max-Forwards'
  const cseqMethod = headers.one(cseqHeader)?.method
  return method !== undefined && cseqMethod !== method ? 'method and CSeq differ' : undefined
}

/** Octets of the body as Content-Length says: undefined when it is absent, a fault when it is no number or contradicts itself. */
export function bodyOctets(headers: HeaderList): number | undefined | 'bad Content-Length' {
  const lengths = headers.all(contentLengthHeader)
  if (!lengths) return 'bad Content-Length'
  return lengths.every((length) => length === lengths[0]) ? lengths[0] : 'bad Content-Length'
}
