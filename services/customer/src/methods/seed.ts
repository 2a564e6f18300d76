import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { checkToken, newToken, tokenColumns } from '../accesskey.ts'
import { accesskeys } from '../store/accesskeys.ts'
import { customers } from '../store/customers.ts'

/** The tenant of the first start. Its id is fixed, so that two replicas that start at once cannot make two. */
export const FIRST_CUSTOMER_ID = '00000000-0000-0000-0000-000000000100'

export const seed: Answer<typeof customerContract, 'seed'> = async (tx, { token }) => {
  const existing = await customers.first(tx, {})
  if (existing) return { customer_id: existing.id, token: '', created: false }
  const first = { id: FIRST_CUSTOMER_ID, customer_id: FIRST_CUSTOMER_ID, name: 'default', detail: 'Made at the first start', email: '' }
  await customers.insert(tx, 'customer_created', { ...first, status: 'active' })
  const chosen = token === undefined || token === '' ? newToken() : checkToken(token)
  const key = { customer_id: FIRST_CUSTOMER_ID, name: 'default', detail: 'Made at the first start', tm_expire: null }
  await accesskeys.insert(tx, 'accesskey_created', { ...key, ...tokenColumns(chosen) })
  return { customer_id: FIRST_CUSTOMER_ID, token: chosen, created: true }
}
