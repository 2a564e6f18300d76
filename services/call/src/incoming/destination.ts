import type { Address } from '@voipbin/contracts/address'
import type { offeredCall } from '@voipbin/contracts/switch-legs'
import type { z } from 'zod'

export type Offered = z.output<typeof offeredCall>

/** What a caller asks for, as its Request-URI names it. */
export type Wanted =
  | { readonly kind: 'number'; readonly number: string }
  | { readonly kind: 'direct'; readonly hash: string }
  | { readonly kind: 'address'; readonly address: Address }
  | { readonly kind: 'nothing' }

const NUMBER = /^\+?[0-9]{3,20}$/
const DIRECT = /^direct\.[0-9a-f]{12}$/
const PREFIXED = /^(agent|conference|extension|tel):(.+)$/

const addressOf = (type: Address['type'], target: string): Address => ({ type, target, target_name: '', name: '', detail: '' })

/** @param isOwn the caller is known as the customer's own, so that extensions and agents can be called by name */
export function wantedBy({ destination_user: user }: Pick<Offered, 'destination_user'>, isOwn: boolean): Wanted {
  if (DIRECT.test(user)) return { kind: 'direct', hash: user }
  const [, prefix, target] = PREFIXED.exec(user) ?? []
  if (isOwn && prefix && target)
    return prefix === 'tel' ? numberOf(target) : { kind: 'address', address: addressOf(prefix as Address['type'], target) }
  if (user.startsWith('+')) return NUMBER.test(user) ? { kind: 'number', number: user } : { kind: 'nothing' }
  if (isOwn && user !== '') return { kind: 'address', address: addressOf('extension', user) }
  return NUMBER.test(user) ? numberOf(user) : { kind: 'nothing' }
}

const numberOf = (user: string): Wanted => ({ kind: 'number', number: user.startsWith('+') ? user : `+${user}` })

/** Who calls: a number where it looks like one, else a SIP address. */
export function sourceOf({ from_user, from_name, from_host, asserted_identity, is_anonymous }: Offered): Address {
  if (is_anonymous) return { ...addressOf('tel', 'anonymous'), target_name: 'Anonymous' }
  const asserted = /^(?:sips?:|tel:)?(\+?[^@;>]+)/.exec(asserted_identity)?.[1]
  const user = asserted ?? from_user
  const isNumber = /^\+[0-9]{3,20}$/.test(user)
  return { ...addressOf(isNumber ? 'tel' : 'sip', isNumber ? user : `${user}@${from_host}`), target_name: from_name }
}
