import { flowContract } from '@voipbin/contracts/flow'
import { deriveId } from '@voipbin/sql'
import { recordingVariables } from '../recording.ts'
import { recordings } from '../store/recordings.ts'
import { followRecording } from '../work.ts'

/** Under one id, so that it runs once. */
export const followRecordingHandler = (publicUrl: string) =>
  followRecording.inTx(async (tx, { recording_id }) => {
    const recording = await recordings.find(tx, recording_id)
    if (!recording) return
    const { id: reference_id, customer_id, on_end_flow_id: flow_id, activeflow_id: reference_activeflow_id } = recording
    tx.request(flowContract, 'startActiveflow', {
      ...{ id: deriveId(reference_id, 'on_end_flow'), customer_id, flow_id, variables: recordingVariables(recording, publicUrl) },
      ...{ reference_type: 'recording', reference_id, reference_activeflow_id },
    })
  })
