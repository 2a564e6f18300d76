import type { Recording } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import { flowContract } from '@voipbin/contracts/flow'
import type { Tx } from '@voipbin/sql'
import { isOpen, recordingVariables } from './recording.ts'
import { calls } from './store/calls.ts'
import { recordings } from './store/recordings.ts'

type RecordingEnd = { readonly error: string; readonly duration_ms?: number; readonly file?: string }

/** A recording is over, made or not, and the flow that follows it begins. */
export async function endRecording(tx: Tx, recording: Recording, end: RecordingEnd): Promise<void> {
  if (!isOpen(recording)) return
  const ended = await recordings.update(tx, 'recording_finished', recording, { ...end, status: 'ended', tm_end: tx.now })
  if (ended.on_end_flow_id === NIL_ID) return
  tx.request(flowContract, 'startActiveflow', {
    ...{ id: tx.newId(), customer_id: ended.customer_id, flow_id: ended.on_end_flow_id, variables: recordingVariables(ended) },
    ...{ reference_type: 'recording', reference_id: ended.id, reference_activeflow_id: ended.activeflow_id },
  })
}

/** The same, and its call may be recorded again. */
export async function endRecordingOfCall(tx: Tx, recording: Recording, end: RecordingEnd): Promise<void> {
  await endRecording(tx, recording, end)
  await freeCall(tx, recording)
}

export async function freeCall(tx: Tx, { id, reference_id }: Recording): Promise<void> {
  const call = await calls.find(tx, reference_id)
  if (call?.recording_id === id) await calls.update(tx, 'call_updated', call, { recording_id: NIL_ID })
}
