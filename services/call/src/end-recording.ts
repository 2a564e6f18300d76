import type { Recording } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Tx } from '@voipbin/sql'
import { isOpen } from './recording.ts'
import { calls } from './store/calls.ts'
import { confbridges } from './store/confbridges.ts'
import { recordings } from './store/recordings.ts'
import { followRecording } from './work.ts'

/** So long the flow that follows a recording waits for its file. */
const FILE_PATIENCE_MS = 60_000

type RecordingEnd = { readonly error: string; readonly duration_ms?: number; readonly file?: string }

/** A recording is over, made or not. What of it was made is brought to the files of its customer, and then the flow that follows it begins. */
export async function endRecording(tx: Tx, recording: Recording, end: RecordingEnd): Promise<void> {
  if (!isOpen(recording)) return
  const hasFile = end.error === '' || recording.tm_start !== null
  const file_status = recording.file_status === 'none' && hasFile ? 'waiting' : recording.file_status
  const ended = await recordings.update(tx, 'recording_finished', recording, { ...end, status: 'ended', tm_end: tx.now, file_status })
  follow(tx, ended, file_status === 'waiting' ? FILE_PATIENCE_MS : 0)
}

/** Sooner than it was told before, or again: its flow begins once. */
export function follow(tx: Tx, { id, on_end_flow_id, status }: Recording, inMs = 0): void {
  if (on_end_flow_id !== NIL_ID && status === 'ended') tx.schedule(followRecording, id, addMilliseconds(tx.now, inMs), { recording_id: id })
}

/** The same, and its call or room may be recorded again. */
export async function endRecordingAndFree(tx: Tx, recording: Recording, end: RecordingEnd): Promise<void> {
  await endRecording(tx, recording, end)
  await freeRecorded(tx, recording)
}

/** Of the call or room. */
export async function freeRecorded(tx: Tx, { id, reference_type, reference_id }: Recording): Promise<void> {
  const none = { recording_id: NIL_ID }
  const call = reference_type === 'call' ? await calls.find(tx, reference_id) : undefined
  if (call?.recording_id === id) await calls.update(tx, 'call_updated', call, none)
  const room = reference_type === 'confbridge' ? await confbridges.find(tx, reference_id) : undefined
  if (room?.recording_id === id) await confbridges.update(tx, 'confbridge_updated', room, none)
}
