import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { customers } from '../store/customers.ts'

export const getOwnCustomer: Answer<typeof customerContract, 'getOwnCustomer'> = (read, { customer_id }) => customers.get(read, customer_id)
