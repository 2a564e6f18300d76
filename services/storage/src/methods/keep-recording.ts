import { NIL_ID } from '@voipbin/contracts/fields'
import type { StorageContract } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import { removeBlob } from '../jobs/remove-blob.ts'
import { keepFile } from '../keep-file.ts'
import { files } from '../store/files.ts'

export const keepRecording: Answer<StorageContract, 'keepRecording'> = async (
  tx,
  { customer_id, recording_id, blob_id, filename, filesize, owner_id },
) => {
  if (await files.find(tx, recording_id)) return { is_kept: true }
  if (await files.wasMade(tx, recording_id)) {
    tx.schedule(removeBlob, blob_id, tx.now, { blob_id })
    return { is_kept: false }
  }
  const owner = {
    owner_type: owner_id === NIL_ID ? '' : 'agent',
    owner_id,
    reference_type: 'recording',
    reference_id: recording_id,
  } as const
  const named = { name: filename, detail: '', filename, filesize, content_type: 'audio/wav', blob_id }
  await keepFile(tx, { id: recording_id, customer_id, type: 'recording', ...owner, ...named })
  return { is_kept: true }
}
