import type { Param, Params } from './params.ts'
import type { SipUri } from './sip-uri.ts'
import { type TelUri, telNumber } from './tel-uri.ts'
import type { Uri } from './uri.ts'

/** Parameters that make URIs differ when only one of the two has them (RFC 3261 §19.1.4). */
const decisiveParams = ['user', 'ttl', 'method', 'maddr', 'transport']

/** Whether two URIs are equivalent (RFC 3261 §19.1.4, RFC 3966 §4); others compare as text. Not transitive, as the RFC admits. */
export function isSameUri(one: Uri, other: Uri): boolean {
  if (one.kind === 'sip') return other.kind === 'sip' && isSameSipUri(one, other)
  if (one.kind === 'tel') return other.kind === 'tel' && isSameTelUri(one, other)
  return other.kind === 'other' && one.text === other.text
}

function isSameSipUri(one: SipUri, other: SipUri): boolean {
  return (
    one.scheme === other.scheme &&
    one.user === other.user &&
    one.password === other.password &&
    one.host === other.host &&
    one.port === other.port &&
    haveSameParams(one.params, other.params) &&
    haveSameHeaders(one.headers, other.headers)
  )
}

function haveSameParams(one: Params, other: Params): boolean {
  if (decisiveParams.some((name) => one.has(name) !== other.has(name))) return false
  for (const [name] of one) if (other.has(name) && !isSameText(one.get(name), other.get(name))) return false
  return true
}

/** URI headers are never ignored; their order does not matter. */
function haveSameHeaders(one: readonly Param[], other: readonly Param[]): boolean {
  if (one.length !== other.length) return false
  const spell = ([name, value = '']: Param) => `${name.toLowerCase()}=${value}`
  const remaining = other.map(spell)
  return one.map(spell).every((header) => {
    const index = remaining.indexOf(header)
    if (index >= 0) remaining.splice(index, 1)
    return index >= 0
  })
}

function isSameTelUri(one: TelUri, other: TelUri): boolean {
  if (telNumber(one).toLowerCase() !== telNumber(other).toLowerCase() || one.params.size !== other.params.size) return false
  for (const [name] of one.params) if (!other.params.has(name) || !isSameText(one.params.get(name), other.params.get(name))) return false
  return true
}

const isSameText = (one: string | undefined, other: string | undefined) => one?.toLowerCase() === other?.toLowerCase()
