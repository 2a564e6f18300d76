import { accesskey, customerContract } from '@voipbin/contracts/customer'
import { entityTable } from '@voipbin/sql'

export const accesskeys = entityTable(customerContract, 'customer_accesskeys', accesskey)
