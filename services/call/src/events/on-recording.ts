import type { EventPayload, EventType } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { Tx } from '@voipbin/sql'
import { endRecordingOfCall } from '../end-recording.ts'
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
  if (recording) await endRecordingOfCall(tx, recording, { error: '', duration_ms: data.duration_ms, file: data.file })
}

/** Its disk was full, say. It is over, and says why. */
export async function onRecordingFailed(tx: Tx, { data }: Told<'recording.failed'>): Promise<void> {
  const recording = await recordings.find(tx, data.recording_id)
  if (recording) await endRecordingOfCall(tx, recording, { error: data.error || 'the switch could not write it' })
}
