import { direct, directContract } from '@voipbin/contracts/direct'
import { deriveId, entityTable, type Read } from '@voipbin/sql'

export const directs = entityTable(directContract, 'direct_directs', direct)

/** A resource has one entry for all its life, so that the entry is found, and known to be over, by what it stands for. */
export const directIdOf = (resourceType: string, resourceId: string): string => deriveId('direct', resourceType, resourceId)

/** Whether there was an entry of that id, though it is deleted now. */
export async function isOver({ connection }: Read, id: string): Promise<boolean> {
  return (await connection.all('SELECT id FROM direct_directs WHERE id = ? AND tm_delete IS NOT NULL', [id])).length > 0
}
