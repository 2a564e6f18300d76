import type { CallContract } from '@voipbin/contracts/call'
import { storageContract } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import { freeRecorded } from '../end-recording.ts'
import { isOpen } from '../recording.ts'
import { recordings } from '../store/recordings.ts'
import { stopRecord } from '../work.ts'

/** With its file. What the node still tells of it finds no recording any more. */
export const deleteRecording: Answer<CallContract, 'deleteRecording'> = async (tx, { id }) => {
  const recording = await recordings.get(tx, id)
  tx.request(storageContract, 'dropRecording', { customer_id: recording.customer_id, recording_id: id })
  if (!isOpen(recording)) return recordings.remove(tx, 'recording_deleted', recording)
  const { node_id, epoch } = recording
  tx.schedule(stopRecord, id, tx.now, { id, node_id, epoch })
  await freeRecorded(tx, recording)
  return recordings.remove(tx, 'recording_deleted', recording, { status: 'ended', tm_end: tx.now, error: 'deleted while it was made' })
}
