import type { Cursor } from '../cursor.ts'
import { defineHeader, type HeaderField } from '../header-field.ts'
import { MAX_DELTA_SECONDS } from '../limits.ts'
import { formatNameAddr, type NameAddr, parseNameAddr } from './name-addr.ts'

/** A Contact value; `*` stands alone and only in a REGISTER with Expires 0 (RFC 3261 §10.2.2). */
export type Contact = NameAddr | '*'

/** §20.10 */
export const contactHeader: HeaderField<Contact> = defineHeader<Contact>('Contact', 'list', parseContact, (contact) =>
  contact === '*' ? '*' : formatNameAddr(contact),
)

function parseContact(cursor: Cursor): Contact | undefined {
  if (cursor.text.trim() !== '*') return parseNameAddr(cursor)
  cursor.at = cursor.text.length
  return '*'
}

/** Seconds that a contact asks for; undefined when it does not say, or says no number (then 3600 stands for it: §20.10). */
export function contactExpiresSeconds(contact: NameAddr): number | undefined {
  const text = contact.params.get('expires')
  if (text === undefined || !/^\d+$/.test(text)) return undefined
  return Math.min(Number(text), MAX_DELTA_SECONDS)
}

/** Preference from 0 to 1, 1 when the contact does not say (§20.10). */
export function contactPreference(contact: NameAddr): number {
  const text = contact.params.get('q')
  return text !== undefined && /^(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(text) ? Number(text) : 1
}
