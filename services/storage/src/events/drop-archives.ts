import type { StoredFile } from '@voipbin/contracts/storage'
import type { Tx } from '@voipbin/sql'
import { MAX_ARCHIVES } from '../methods/archive-recordings.ts'
import { archives } from '../store/archives.ts'

/** What is deleted is not to be had in an archive either. */
export async function dropArchives(tx: Tx, { data: { id, customer_id } }: { readonly data: StoredFile }): Promise<void> {
  const { result } = await archives.list(tx, { customer_id, page_size: 2 * MAX_ARCHIVES, page_token: '' })
  for (const each of result) if (each.recording_ids.includes(id)) await archives.remove(tx, 'archive_deleted', each)
}
