import type { Customer } from '@voipbin/contracts/customer'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Tx } from '@voipbin/sql'
import { closedConfig } from '../outbound-config.ts'
import { forgetLines } from '../store/lines.ts'
import { forgetNetworkCalls } from '../store/network-calls.ts'
import { outboundConfigs } from '../store/outbound-configs.ts'

/** Every customer has what it may call; to begin with, nothing. */
export async function onCustomerCreated(tx: Tx, { data: { id: customer_id } }: EventEnvelope<Pick<Customer, 'id'>>): Promise<void> {
  if (!(await outboundConfigs.first(tx, { customer_id })))
    await outboundConfigs.insert(tx, 'outbound_config_created', { customer_id, ...closedConfig })
}

export async function onCustomerDeleted(tx: Tx, { data }: EventEnvelope<Pick<Customer, 'id'>>): Promise<void> {
  await forgetNetworkCalls(tx, data.id)
  await forgetLines(tx, data.id)
}
