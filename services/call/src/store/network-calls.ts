import type { Call, OutboundConfig } from '@voipbin/contracts/call-entities'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Tx } from '@voipbin/sql'

const HOUR_MS = 3_600_000

/**
 * Counts a call against what its customer may dial in an hour; the same call counts once. The customer's config is locked, so that
 * of many at the same time no more than that come through.
 * @returns whether it still may
 */
export async function takeNetworkCall(tx: Tx, { id, customer_id }: Call, config: OutboundConfig, perHour: number): Promise<boolean> {
  const { connection } = tx
  const since = addMilliseconds(tx.now, -HOUR_MS)
  await connection.run('update call_outbound_configs set version = version where id = ?', [config.id])
  await connection.run('delete from call_network_calls where customer_id = ? and tm_dial <= ?', [customer_id, since])
  if ((await connection.all('select 1 as one from call_network_calls where call_id = ?', [id])).length > 0) return true
  const [row] = await connection.all('select count(*) as taken from call_network_calls where customer_id = ?', [customer_id])
  if (Number(row?.['taken']) >= perHour) return false
  await connection.run('insert into call_network_calls (call_id, customer_id, tm_dial) values (?, ?, ?)', [id, customer_id, tx.now])
  return true
}

export async function forgetNetworkCalls({ connection }: Tx, customerId: string): Promise<void> {
  await connection.run('delete from call_network_calls where customer_id = ?', [customerId])
}
