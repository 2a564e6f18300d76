import type { Call, Confbridge, Recording } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Tx } from '@voipbin/sql'
import { refuseUnlessRecordable, refuseUnlessRoomRecordable, type WantedRecording } from './recording.ts'
import { calls } from './store/calls.ts'
import { confbridges } from './store/confbridges.ts'
import { recordings } from './store/recordings.ts'

type Where = Pick<Recording, 'customer_id' | 'owner_type' | 'owner_id' | 'activeflow_id' | 'node_id' | 'epoch'>

/**
 * Keeps that a call is to be recorded, before a node is told. The same one twice is one.
 * @throws CALL_NOT_PROGRESSING, RECORDING_ACTIVE
 */
export async function startRecording(tx: Tx, call: Call, wanted: WantedRecording): Promise<Call> {
  const { id } = wanted
  if (call.recording_ids.includes(id)) return call
  refuseUnlessRecordable(call, wanted.is_of_flow)
  await insert(tx, wanted, { ...call, reference_type: 'call', reference_id: call.id })
  return calls.update(tx, 'call_updated', call, { recording_id: id, recording_ids: [...call.recording_ids, id] })
}

/** The same of a room. @throws CONFBRIDGE_NOT_PROGRESSING, RECORDING_ACTIVE */
export async function startRoomRecording(tx: Tx, room: Confbridge, wanted: WantedRecording): Promise<Confbridge> {
  const { id } = wanted
  refuseUnlessRoomRecordable(room)
  const ofNobody = { owner_type: '', owner_id: NIL_ID, activeflow_id: NIL_ID } as const
  await insert(tx, wanted, { ...room, ...ofNobody, reference_type: 'confbridge', reference_id: room.id })
  return confbridges.update(tx, 'confbridge_updated', room, { recording_id: id, recording_ids: [...room.recording_ids, id] })
}

async function insert(
  tx: Tx,
  { id, format, on_end_flow_id }: WantedRecording,
  {
    customer_id,
    owner_type,
    owner_id,
    activeflow_id,
    node_id,
    epoch,
    ...reference
  }: Where & Pick<Recording, 'reference_type' | 'reference_id'>,
): Promise<void> {
  const { reference_type, reference_id } = reference
  await recordings.insert(tx, 'recording_updated', {
    ...{ id, customer_id, owner_type, owner_id, activeflow_id, node_id, epoch, format },
    ...{ reference_type, reference_id, status: 'initiating', on_end_flow_id: on_end_flow_id || NIL_ID },
    ...{ tm_start: null, tm_end: null, duration_ms: 0, error: '', file: '' },
    ...{ file_status: 'none', file_error: '', filesize: 0 },
  })
}
