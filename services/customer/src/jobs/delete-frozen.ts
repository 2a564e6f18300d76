import { id } from '@voipbin/contracts/fields'
import { type JobHandler, job } from '@voipbin/service-kit'
import { z } from 'zod'
import { anonymise } from '../customer.ts'
import { customers } from '../store/customers.ts'

/** Due 30 days after a customer was frozen; frozen anew, it is scheduled anew. */
export const deleteFrozen = job('delete_frozen', z.object({ customer_id: id() }))

export const deleteFrozenHandler: JobHandler = deleteFrozen.inTx(async (tx, { customer_id }) => {
  const customer = await customers.find(tx, customer_id)
  if (customer?.status === 'frozen') await customers.remove(tx, 'customer_deleted', customer, anonymise('deleted'))
})
