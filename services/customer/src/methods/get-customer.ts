import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { customers } from '../store/customers.ts'

export const getCustomer: Answer<typeof customerContract, 'getCustomer'> = (read, { id }) => customers.get(read, id)
