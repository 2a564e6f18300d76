import {
  type Contact,
  contactExpiresSeconds,
  contactHeader,
  contactPreference,
  expiresHeader,
  type Flow,
  formatUri,
  type NameAddr,
  type SipRequest,
  unbracketed,
} from '@voipbin/sip'
import type { Rule } from '../admission/rules.ts'

export type RegistrationLimits = {
  /** Refused with 423 below it (RFC 3261 §10.2.8). */
  readonly minExpiresSeconds: number
  readonly maxExpiresSeconds: number
  /** For phones behind NAT over UDP, whose address changes without a word. */
  readonly natExpiresSeconds: number
}

export type WantedBinding = {
  /** The URI as it was given, in one spelling. */
  readonly contact: string
  readonly expiresSeconds: number
  /** 0 to 1000. */
  readonly q: number
  readonly isBehindNat: boolean
}

export type Registration =
  | { readonly kind: 'update'; readonly save: readonly WantedBinding[]; readonly remove: readonly string[] }
  /** `Contact: *` with Expires 0. */
  | { readonly kind: 'remove all' }
  /** No Contact: which bindings there are is asked. */
  | { readonly kind: 'fetch' }
  | { readonly kind: 'refused'; readonly status: 400 | 403 | 423; readonly rule: Rule }

/** RFC 3261 §10.2.1.1: up to the registrar. */
const DEFAULT_EXPIRES_SECONDS = 3_600
/** What the port takes. */
const MAX_CONTACTS = 16
const MAX_CONTACT_CHARACTERS = 1_024

/** What a REGISTER asks for (RFC 3261 §10.3, steps 6 and 7). */
export function readRegistration({ headers }: SipRequest, flow: Flow, limits: RegistrationLimits): Registration {
  const contacts = headers.all(contactHeader)
  if (!contacts) return refused(400, 'bad_registration')
  const stated = headers.one(expiresHeader)
  if (contacts.length === 0) return { kind: 'fetch' }
  if (contacts.includes('*')) {
    return contacts.length === 1 && stated === 0 ? { kind: 'remove all' } : refused(400, 'bad_registration')
  }
  if (contacts.length > MAX_CONTACTS) return refused(403, 'too_many_contacts')
  const save: WantedBinding[] = []
  const remove: string[] = []
  for (const contact of contacts.filter(isNameAddr)) {
    const text = formatUri(contact.uri)
    if (contact.uri.kind !== 'sip' || text.length > MAX_CONTACT_CHARACTERS) return refused(400, 'bad_registration')
    const asked = contactExpiresSeconds(contact) ?? stated ?? DEFAULT_EXPIRES_SECONDS
    if (asked === 0) remove.push(text)
    else if (asked < limits.minExpiresSeconds) return refused(423, 'interval_too_brief')
    else {
      const isNatted = isBehindNat(contact, flow)
      const expiresSeconds = Math.min(asked, limits.maxExpiresSeconds, isNatted ? limits.natExpiresSeconds : asked)
      save.push({ contact: text, expiresSeconds, q: Math.round(contactPreference(contact) * 1_000), isBehindNat: isNatted })
    }
  }
  return { kind: 'update', save, remove }
}

/** Whether datagrams for a contact must go where its REGISTER came from: what it says of itself is not where it is. */
export function isBehindNat({ uri }: NameAddr, { protocol, remote }: Flow): boolean {
  if (protocol !== 'UDP') return false
  return uri.kind !== 'sip' || unbracketed(uri.host) !== remote.host || (uri.port ?? 5_060) !== remote.port
}

const isNameAddr = (contact: Contact): contact is NameAddr => contact !== '*'
const refused = (status: 400 | 403 | 423, rule: Rule): Registration => ({ kind: 'refused', status, rule })
