import { NIL_ID } from '@voipbin/contracts/fields'
import type { StorageContract, StoredFile } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import type { NewRow } from '@voipbin/sql'
import { dropFile } from '../keep-file.ts'
import { files } from '../store/files.ts'

/** Requests overtake each other: where the file is not there yet, it is deleted beforehand, and `keepRecording` finds it so. */
export const dropRecording: Answer<StorageContract, 'dropRecording'> = async (tx, { customer_id, recording_id }) => {
  const file = await files.find(tx, recording_id)
  if (file) await dropFile(tx, file)
  else if (!(await files.wasMade(tx, recording_id)))
    await files.remove(tx, 'file_deleted', await files.insert(tx, 'file_deleted', neverKept(recording_id, customer_id)))
  return {}
}

const neverKept = (id: string, customer_id: string): NewRow<StoredFile> => ({
  ...{ id, customer_id, owner_type: '', owner_id: NIL_ID, reference_type: 'recording', reference_id: id, type: 'recording' },
  ...{ name: '', detail: '', filename: '', filesize: 0, content_type: '', blob_id: id },
})
