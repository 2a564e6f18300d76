import type { Customer } from '@voipbin/contracts/customer'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Tx } from '@voipbin/sql'
import { freeze, unfreeze } from '../store/frozen-customers.ts'

export const onCustomerFrozen = (tx: Tx, { data }: EventEnvelope<Customer>): Promise<void> => freeze(tx, data.id)
export const onCustomerThawed = (tx: Tx, { data }: EventEnvelope<Customer>): Promise<void> => unfreeze(tx, data.id)
