import type { customerContract } from '@voipbin/contracts/customer'
import { ServiceError } from '@voipbin/contracts/errors'
import type { Answer } from '@voipbin/service-kit'
import { isExpired } from '../accesskey.ts'
import { accesskeys } from '../store/accesskeys.ts'
import { customers } from '../store/customers.ts'

/** Unknown, revoked and expired keys, and keys of customers that are deleted or not verified yet, are the same to who asks. */
export const authenticateAccesskey: Answer<typeof customerContract, 'authenticateAccesskey'> = async (read, { token_hash }) => {
  const accesskey = await accesskeys.first(read, { token_hash })
  const customer = accesskey && !isExpired(accesskey, read.now) ? await customers.find(read, accesskey.customer_id) : undefined
  if (!accesskey || !customer || customer.status === 'initial')
    throw new ServiceError('NOT_FOUND', 'ACCESSKEY_NOT_FOUND', 'No such access key')
  const { id, customer_id, tm_expire } = accesskey
  const { status: customer_status, tm_deletion_scheduled: customer_tm_deletion_scheduled } = customer
  return { id, customer_id, customer_status, customer_tm_deletion_scheduled, tm_expire }
}
