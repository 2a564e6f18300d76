import type { Agent } from '@voipbin/contracts/agent'
import type { Customer } from '@voipbin/contracts/customer'
import type { Direct } from '@voipbin/contracts/direct'
import { NIL_ID } from '@voipbin/contracts/fields'
import { permissions } from '@voipbin/contracts/permission'
import type { Tag } from '@voipbin/contracts/tag'

const time = '2026-01-01T00:00:00.000000Z'
const columns = () => ({ id: crypto.randomUUID(), tm_create: time, tm_update: null, tm_delete: null, version: 1 })

/** Entities as their owners would answer them, with what a test cares about replaced. */
export function aCustomer(fields: Partial<Customer> = {}): Customer {
  const id = fields.id ?? crypto.randomUUID()
  const profile = { name: 'Acme', detail: '', email: '', phone_number: '', address: '', webhook_method: '' as const, webhook_uri: '' }
  const state = { status: 'active' as const, email_verified: false, email_claim: null, identity_verification_status: 'none' as const }
  const terms = { terms_agreed_version: '', terms_agreed_ip: '', tm_deletion_scheduled: null }
  const settings = { billing_account_id: NIL_ID, metadata: { rtp_debug: false }, webhook_secret: '' }
  return { ...columns(), ...profile, ...state, ...terms, ...settings, id, customer_id: id, ...fields }
}

export const aTag = (fields: Partial<Tag> = {}): Tag => ({
  ...columns(),
  customer_id: crypto.randomUUID(),
  name: 'vip',
  detail: '',
  ...fields,
})

export const anAgent = (fields: Partial<Agent> = {}): Agent => ({
  ...columns(),
  ...{ customer_id: crypto.randomUUID(), username: 'ann@example.com', name: 'Ann', detail: '' },
  ...{ ring_method: 'ringall', status: 'available', permission: permissions.customerAgent, tag_ids: [], addresses: [] },
  ...{ direct_hash: 'direct.0123456789ab', tm_password: null, password_hash: '' },
  ...fields,
})

export const aDirect = (fields: Partial<Direct> = {}): Direct => ({
  ...columns(),
  ...{ customer_id: crypto.randomUUID(), resource_type: 'ai', resource_id: crypto.randomUUID() },
  ...{ hash: 'direct.0123456789ab', refused_hash: '', resource_version: 1 },
  ...fields,
})
