import { randomBytes } from 'node:crypto'
import { type Customer, FROZEN_MS, fixedCustomers } from '@voipbin/contracts/customer'
import { ServiceError } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Changes, NewRow } from '@voipbin/sql'

const DAY_MS = 86_400_000
/** How long a sign-up waits for its verification; the link in the mail opens as long. */
export const VERIFICATION_MS = 3_600_000

type Chosen = Partial<NewRow<Customer>> & Pick<Customer, 'id' | 'name' | 'status'>

/** Everything that a new customer has beside what was chosen for it. It owns itself: its `customer_id` is its `id`. */
export function newCustomer(chosen: Chosen): NewRow<Customer> & { readonly id: string } {
  const contact = { detail: '', email: '', phone_number: '', address: '' }
  const webhook = { webhook_method: '' as const, webhook_uri: '', webhook_secret: newWebhookSecret() }
  const proofs = { email_verified: false, email_claim: null, identity_verification_status: 'none' as const }
  const terms = { terms_agreed_version: '', terms_agreed_ip: '' }
  const rest = { billing_account_id: NIL_ID, metadata: { rtp_debug: false }, tm_deletion_scheduled: null }
  return { ...contact, ...webhook, ...proofs, ...terms, ...rest, customer_id: chosen.id, ...chosen }
}

const newWebhookSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/** Another secret; the one that it replaces signs beside it for a day, so that receivers can follow. */
export const rotateSecret = ({ webhook_secret }: Customer, now: string) => ({
  webhook_secret: newWebhookSecret(),
  webhook_secret_previous: webhook_secret,
  tm_webhook_secret: now,
})

/** Until when the previous secret signs. */
export const previousExpiry = (rotatedAt: string): string => addMilliseconds(rotatedAt, DAY_MS)

/** @throws PERMISSION_DENIED for the tenants that the platform itself stands on */
export function refuseFixed({ id }: Customer): void {
  if (!Object.values<string>(fixedCustomers).includes(id)) return
  throw new ServiceError('PERMISSION_DENIED', 'CUSTOMER_PROTECTED', `Cannot change customer "${id}": it belongs to the platform`)
}

/** A new address is nobody's until whoever reads its mails has said so. */
export function changeEmail(customer: Customer, email: string | undefined): Changes<Customer> {
  if (email === undefined || email === customer.email) return {}
  return { email, email_verified: false, email_claim: null }
}

/** @throws STATE_INVALID unless it is active: a sign-up that was not verified ends by itself, and must not come back as active */
export function freeze(customer: Customer, now: string): Changes<Customer> {
  if (customer.status !== 'active') throw stateInvalid('freeze', customer, 'only active customers can be frozen')
  return { status: 'frozen', tm_deletion_scheduled: now }
}

export const deletionDue = (frozenAt: string): string => addMilliseconds(frozenAt, FROZEN_MS)

/** @throws STATE_INVALID unless it is frozen */
export function recover(customer: Customer): Changes<Customer> {
  if (customer.status !== 'frozen') throw stateInvalid('recover', customer, 'it is not frozen')
  return { status: 'active', tm_deletion_scheduled: null }
}

/** What remains of a customer that is gone: its id and dates, nothing that names a person, nothing that opens anything. */
export function anonymise(status: 'deleted' | 'expired'): Changes<Customer> {
  const person = { name: '', detail: '', email: '', email_claim: null, phone_number: '', address: '', terms_agreed_ip: '' }
  return { ...person, webhook_method: '', webhook_uri: '', webhook_secret: '', webhook_secret_previous: '', status }
}

/** A verified sign-up is active; a frozen customer that confirms a new address stays frozen. */
export const verify = (customer: Customer): Changes<Customer> => ({
  email_verified: true,
  email_claim: customer.email,
  status: customer.status === 'initial' ? 'active' : customer.status,
})

export const emailTaken = (email: string) =>
  new ServiceError('ALREADY_EXISTS', 'EMAIL_TAKEN', `Cannot use the address "${email}": another customer has it`)

function stateInvalid(verb: string, { id, status }: Customer, rule: string): ServiceError {
  return new ServiceError('FAILED_PRECONDITION', 'STATE_INVALID', `Cannot ${verb} customer "${id}", which is ${status}: ${rule}`)
}
