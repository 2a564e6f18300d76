import type { EventPayload, EventType } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { StoredFile } from '@voipbin/contracts/storage'
import { storageContract } from '@voipbin/contracts/storage'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { Tx } from '@voipbin/sql'
import { endRecordingAndFree, follow } from '../end-recording.ts'
import { filenameOf } from '../recording.ts'
import { recordings } from '../store/recordings.ts'

type Told<E extends EventType<SwitchContract>> = EventEnvelope<EventPayload<SwitchContract, E>>

/** One that is being stopped stays so. */
export async function onRecordingStarted(tx: Tx, { data }: Told<'recording.started'>): Promise<void> {
  const recording = await recordings.find(tx, data.recording_id)
  if (!recording || recording.tm_start !== null || recording.status === 'ended') return
  const status = recording.status === 'initiating' ? 'recording' : recording.status
  await recordings.update(tx, 'recording_started', recording, { status, tm_start: tx.now })
}

export async function onRecordingEnded(tx: Tx, { data }: Told<'recording.ended'>): Promise<void> {
  const recording = await recordings.find(tx, data.recording_id)
  if (recording) await endRecordingAndFree(tx, recording, { error: '', duration_ms: data.duration_ms, file: data.file })
}

/** Its disk was full, say. It is over, and says why. */
export async function onRecordingFailed(tx: Tx, { data }: Told<'recording.failed'>): Promise<void> {
  const recording = await recordings.find(tx, data.recording_id)
  if (recording) await endRecordingAndFree(tx, recording, { error: data.error || 'the switch could not write it' })
}

/**
 * Its file is in the blob store: it becomes one of its customer's, or goes where the recording has gone meanwhile. After a crash of its
 * node this is where its length becomes known.
 */
export async function onRecordingStored(tx: Tx, { data }: Told<'recording.stored'>): Promise<void> {
  const { recording_id, customer_id, is_stored, error, octets: filesize } = data
  const recording = await recordings.find(tx, recording_id)
  if (!recording) {
    if (is_stored) tx.request(storageContract, 'dropRecording', { customer_id, recording_id })
  } else if (!is_stored) {
    if (recording.file_status !== 'stored')
      await recordings.update(tx, 'recording_updated', recording, { file_status: 'failed', file_error: error })
  } else {
    const { owner_id, duration_ms } = recording
    const filename = filenameOf(recording)
    tx.request(storageContract, 'keepRecording', { customer_id, recording_id, blob_id: recording_id, filename, filesize, owner_id })
    if (duration_ms === 0) await recordings.update(tx, 'recording_updated', recording, { duration_ms: data.duration_ms })
  }
}

type FileTold = EventEnvelope<Pick<StoredFile, 'reference_type' | 'reference_id' | 'filesize'>>

/** Whoever asks for the file gets it from now on. */
export async function onFileCreated(tx: Tx, { data }: FileTold): Promise<void> {
  const recording = data.reference_type === 'recording' ? await recordings.find(tx, data.reference_id) : undefined
  if (!recording || recording.file_status === 'deleted') return
  const stored = { file_status: 'stored', file_error: '', filesize: data.filesize } as const
  follow(tx, await recordings.update(tx, 'recording_updated', recording, stored))
}

export async function onFileDeleted(tx: Tx, { data }: FileTold): Promise<void> {
  const recording = data.reference_type === 'recording' ? await recordings.find(tx, data.reference_id) : undefined
  if (recording) await recordings.update(tx, 'recording_updated', recording, { file_status: 'deleted', filesize: 0 })
}
