import { flow, flowContract } from '@voipbin/contracts/flow'
import { entityTable, type Read } from '@voipbin/sql'

export const flows = entityTable(flowContract, 'flow_flows', flow)

export async function countFlows({ connection }: Read, customerId: string): Promise<number> {
  const [row] = await connection.all('select count(*) as flows from flow_flows where customer_id = ? and tm_delete is null', [customerId])
  return Number(row?.['flows'] ?? 0)
}
