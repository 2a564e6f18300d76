import { customer, customerContract } from '@voipbin/contracts/customer'
import { entityTable } from '@voipbin/sql'

export const customers = entityTable(customerContract, 'customer_customers', customer)
