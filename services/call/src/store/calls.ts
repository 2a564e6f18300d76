import { callContract } from '@voipbin/contracts/call'
import { call } from '@voipbin/contracts/call-entities'
import { entityTable, type Read } from '@voipbin/sql'

export const calls = entityTable(callContract, 'call_calls', call)

/** How many calls an extension or trunk has made that have not ended. */
export async function countLiveOf({ connection }: Read, identityId: string): Promise<number> {
  const text = 'select count(*) as live from call_calls where identity_id = ? and tm_hangup is null and tm_delete is null'
  const [row] = await connection.all(text, [identityId])
  return Number(row?.['live'])
}

/** Calls on a node that have not ended, of one of its lives or of all but one. */
export async function liveCallIdsOf(
  { connection }: Read,
  node: { readonly id: string; readonly epoch: string },
  isThatLife: boolean,
  limit: number,
): Promise<string[]> {
  const rows = await connection.all(
    `select id from call_calls where node_id = ? and epoch ${isThatLife ? '=' : '<>'} ? and tm_hangup is null and tm_delete is null order by id limit ?`,
    [node.id, node.epoch, limit],
  )
  return rows.map((row) => String(row['id']))
}
