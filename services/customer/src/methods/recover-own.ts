import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { recoverCustomer } from './recover-customer.ts'

export const recoverOwn: Answer<typeof customerContract, 'recoverOwn'> = (tx, { customer_id }) => recoverCustomer(tx, { id: customer_id })
