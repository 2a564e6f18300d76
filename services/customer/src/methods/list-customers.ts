import type { customerContract } from '@voipbin/contracts/customer'
import type { Answer } from '@voipbin/service-kit'
import { customers } from '../store/customers.ts'

export const listCustomers: Answer<typeof customerContract, 'listCustomers'> = (read, page) => customers.list(read, page)
