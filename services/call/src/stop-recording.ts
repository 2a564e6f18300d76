import type { Recording } from '@voipbin/contracts/call-entities'
import type { Tx } from '@voipbin/sql'
import { isOpen } from './recording.ts'
import { recordings } from './store/recordings.ts'
import { stopRecord } from './work.ts'

/** It has ended when its node says so. @returns whether the node is to be told */
export async function stopRecording(tx: Tx, recording: Recording): Promise<boolean> {
  if (isOpen(recording) && recording.status !== 'stopping')
    await recordings.update(tx, 'recording_updated', recording, { status: 'stopping' })
  return isOpen(recording)
}

/** The same, and its node is told after the commit. */
export async function haveStopped(tx: Tx, recording: Recording): Promise<void> {
  const { id, node_id, epoch } = recording
  if (await stopRecording(tx, recording)) tx.schedule(stopRecord, id, tx.now, { id, node_id, epoch })
}
