import { ServiceError } from '@voipbin/contracts/errors'
import type { SipBinding } from '@voipbin/contracts/switch-legs'

export type Change = {
  readonly sip_call_id: string
  readonly cseq: number
  readonly save: readonly SipBinding[]
  readonly remove: readonly string[]
  readonly remove_all: boolean
}
export type Changed = { readonly keep: readonly SipBinding[]; readonly save: readonly SipBinding[]; readonly gone: readonly SipBinding[] }

/**
 * What becomes of the bindings of an address of record (RFC 3261 §10.3, step 7): all of a request or nothing. Past the number that may be,
 * those go that would expire first, as phones that restart elsewhere leave theirs behind.
 * @param before that have not expired
 * @throws REGISTRATION_OUT_OF_ORDER, TOO_MANY_CONTACTS
 */
export function changeBindings(before: readonly SipBinding[], change: Change, maxContacts: number): Changed {
  const save = [...new Map(change.save.map((binding) => [binding.contact, binding])).values()]
  const touched = new Set([...save.map(({ contact }) => contact), ...change.remove])
  const isTouched = ({ contact }: SipBinding) => change.remove_all || touched.has(contact)
  for (const binding of before) if (isTouched(binding)) refuseOlder(binding, change)
  if (save.length > maxContacts) throw tooManyContacts(save.length, maxContacts)
  const others = before.filter((binding) => !isTouched(binding)).sort(laterFirst)
  const keep = others.slice(0, maxContacts - save.length)
  return { keep, save, gone: before.filter((binding) => !keep.includes(binding)) }
}

/** Best first, as they are to be rung and told. */
export const inOrder = (bindings: readonly SipBinding[]): SipBinding[] =>
  [...bindings].sort((one, other) => other.q - one.q || laterFirst(one, other))

const laterFirst = (one: SipBinding, other: SipBinding) => other.tm_expire.localeCompare(one.tm_expire)

function refuseOlder({ sip_call_id, cseq, contact }: SipBinding, change: Change): void {
  if (sip_call_id !== change.sip_call_id || cseq < change.cseq) return
  throw new ServiceError(
    'FAILED_PRECONDITION',
    'REGISTRATION_OUT_OF_ORDER',
    `Cannot change the binding "${contact}": CSeq ${change.cseq} comes after ${cseq}`,
  )
}

const tooManyContacts = (wanted: number, max: number) =>
  new ServiceError('RESOURCE_EXHAUSTED', 'TOO_MANY_CONTACTS', `Cannot bind ${wanted} contacts: ${max} may be`)
