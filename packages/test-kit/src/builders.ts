import type { Customer } from '@voipbin/contracts/customer'
import type { Tag } from '@voipbin/contracts/tag'

const time = '2026-01-01T00:00:00.000000Z'
const columns = () => ({ id: crypto.randomUUID(), tm_create: time, tm_update: null, tm_delete: null, version: 1 })

/** Entities as their owners would answer them, with what a test cares about replaced. */
export function aCustomer(fields: Partial<Customer> = {}): Customer {
  const id = fields.id ?? crypto.randomUUID()
  return { ...columns(), id, customer_id: id, name: 'Acme', detail: '', email: '', status: 'active', ...fields }
}

export const aTag = (fields: Partial<Tag> = {}): Tag => ({
  ...columns(),
  customer_id: crypto.randomUUID(),
  name: 'vip',
  detail: '',
  ...fields,
})
