import { callContract } from '@voipbin/contracts/call'
import { groupcall } from '@voipbin/contracts/call-entities'
import { entityTable, type Read } from '@voipbin/sql'

export const groupcalls = entityTable(callContract, 'call_groupcalls', groupcall)

/** Those that end with this call and have not. */
export async function chainedGroupcallIds({ connection }: Read, masterCallId: string): Promise<string[]> {
  const rows = await connection.all(
    "select id from call_groupcalls where master_call_id = ? and is_chained = 1 and status = 'progressing' and tm_delete is null order by id",
    [masterCallId],
  )
  return rows.map((row) => String(row['id']))
}
