import type { Address } from '@voipbin/contracts/address'
import { ServiceError } from '@voipbin/contracts/errors'

export type Callable = Address & { readonly type: 'tel' | 'sip' | 'extension' | 'agent' }

const forms: Readonly<Record<Callable['type'], RegExp>> = {
  tel: /^\+[0-9]{7,15}$/,
  sip: /^(sips?:)?[^@\s<>]+@[^@\s<>]+$/,
  extension: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  agent: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
}

const said: Readonly<Record<Callable['type'], string>> = {
  tel: 'a number such as +15551234567',
  sip: 'an address such as bob@example.com',
  extension: 'letters, digits, dots, underscores or hyphens',
  agent: 'the id of an agent',
}

/** @throws DESTINATION_INVALID; nothing is called where one of many is wrong */
export function checkDestinations(destinations: readonly Callable[]): void {
  for (const [index, { type, target }] of destinations.entries()) {
    if (forms[type].test(target)) continue
    const rule = `must be ${said[type]}`
    const details = [{ field: `destinations.${index}.target`, rule }]
    throw new ServiceError('INVALID_ARGUMENT', 'DESTINATION_INVALID', `Cannot call "${target}" as "${type}": it ${rule}`, { details })
  }
}

/** Rings at one or more phones, which `ring_group` finds. */
export const isGroup = ({ type }: Address) => type === 'extension' || type === 'agent'
