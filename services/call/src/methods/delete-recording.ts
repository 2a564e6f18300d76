import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { freeCall } from '../end-recording.ts'
import { isOpen } from '../recording.ts'
import { recordings } from '../store/recordings.ts'
import { stopRecord } from '../work.ts'

/** What the node still tells of it finds no recording any more. */
export const deleteRecording: Answer<CallContract, 'deleteRecording'> = async (tx, { id }) => {
  const recording = await recordings.get(tx, id)
  if (!isOpen(recording)) return recordings.remove(tx, 'recording_deleted', recording)
  const { node_id, epoch } = recording
  tx.schedule(stopRecord, id, tx.now, { id, node_id, epoch })
  await freeCall(tx, recording)
  return recordings.remove(tx, 'recording_deleted', recording, { status: 'ended', tm_end: tx.now, error: 'deleted while it was made' })
}
