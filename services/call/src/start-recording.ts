import type { Call } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Tx } from '@voipbin/sql'
import { refuseUnlessRecordable, type WantedRecording } from './recording.ts'
import { calls } from './store/calls.ts'
import { recordings } from './store/recordings.ts'

/**
 * Keeps that a call is to be recorded, before a node is told. The same one twice is one.
 * @throws CALL_NOT_PROGRESSING, RECORDING_ACTIVE
 */
export async function startRecording(tx: Tx, call: Call, { id, format, on_end_flow_id, is_of_flow }: WantedRecording): Promise<Call> {
  if (call.recording_ids.includes(id)) return call
  refuseUnlessRecordable(call, is_of_flow)
  const { customer_id, owner_type, owner_id, activeflow_id, node_id, epoch } = call
  await recordings.insert(tx, 'recording_updated', {
    ...{ id, customer_id, owner_type, owner_id, activeflow_id, node_id, epoch, format },
    ...{ reference_type: 'call', reference_id: call.id, status: 'initiating', on_end_flow_id: on_end_flow_id || NIL_ID },
    ...{ tm_start: null, tm_end: null, duration_ms: 0, error: '', file: '' },
    ...{ file_status: 'none', file_error: '', filesize: 0 },
  })
  return calls.update(tx, 'call_updated', call, { recording_id: id, recording_ids: [...call.recording_ids, id] })
}
