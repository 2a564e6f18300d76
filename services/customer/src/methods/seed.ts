import { type customerContract, FIRST_CUSTOMER_ID } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { checkToken, newToken, tokenColumns } from '../accesskey.ts'
import { newCustomer } from '../customer.ts'
import { accesskeys } from '../store/accesskeys.ts'
import { customers } from '../store/customers.ts'

/** Whoever runs the platform is its first tenant, and knows who they are. */
const first = { id: FIRST_CUSTOMER_ID, status: 'active', identity_verification_status: 'verified' } as const
const naming = { name: 'default', detail: 'Made at the first start' }

export const seed: Answer<typeof customerContract, 'seed'> = async (tx, { token }) => {
  const existing = (await customers.find(tx, FIRST_CUSTOMER_ID)) ?? (await customers.first(tx, {}))
  if (existing) return { customer_id: existing.id, token: '', created: false }
  await customers.insert(tx, 'customer_created', newCustomer({ ...first, ...naming }))
  const chosen = token === undefined || token === '' ? newToken() : checkToken(token)
  const key = { ...naming, ...tokenColumns(chosen), customer_id: FIRST_CUSTOMER_ID, tm_expire: null }
  await accesskeys.insert(tx, 'accesskey_created', key)
  return { customer_id: FIRST_CUSTOMER_ID, token: chosen, created: true }
}
