import { callContract } from '@voipbin/contracts/call'
import { recording } from '@voipbin/contracts/call-entities'
import { entityTable, type Read } from '@voipbin/sql'

export const recordings = entityTable(callContract, 'call_recordings', recording)

/** Recordings on a node that have not ended, of one of its lives or of all but one. */
export async function openRecordingIdsOf(
  { connection }: Read,
  node: { readonly id: string; readonly epoch: string },
  isThatLife: boolean,
  limit: number,
): Promise<string[]> {
  const rows = await connection.all(
    `select id from call_recordings where node_id = ? and epoch ${isThatLife ? '=' : '<>'} ? and tm_end is null and tm_delete is null order by id limit ?`,
    [node.id, node.epoch, limit],
  )
  return rows.map((row) => String(row['id']))
}
