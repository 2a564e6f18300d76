import type { customerContract } from '@voipbin/contracts/customer'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Answer } from '@voipbin/service-kit'
import { newToken, tokenColumns } from '../accesskey.ts'
import { accesskeys } from '../store/accesskeys.ts'
import { customers } from '../store/customers.ts'

/** The plain token is in this answer and nowhere else. */
export const createAccesskey: Answer<typeof customerContract, 'createAccesskey'> = async (tx, { expire, ...fields }) => {
  await customers.get(tx, fields.customer_id)
  const token = newToken()
  const tm_expire = addMilliseconds(tx.now, expire * 1000)
  const accesskey = await accesskeys.insert(tx, 'accesskey_created', { ...fields, ...tokenColumns(token), tm_expire })
  return { ...accesskey, token }
}
