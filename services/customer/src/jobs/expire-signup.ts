import { id } from '@voipbin/contracts/fields'
import { type JobHandler, job } from '@voipbin/service-kit'
import { z } from 'zod'
import { anonymise } from '../customer.ts'
import { customers } from '../store/customers.ts'

/** Due when the last verification mail opens nothing any more. */
export const expireSignup = job('expire_signup', z.object({ customer_id: id() }))

export const expireSignupHandler: JobHandler = expireSignup.inTx(async (tx, { customer_id }) => {
  const customer = await customers.find(tx, customer_id)
  if (customer?.status === 'initial') await customers.remove(tx, 'customer_deleted', customer, anonymise('expired'))
})
