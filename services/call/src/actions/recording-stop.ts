import { NIL_ID } from '@voipbin/contracts/fields'
import type { CallAction } from '../call-action.ts'
import { stopRecording } from '../stop-recording.ts'
import { calls } from '../store/calls.ts'
import { recordings } from '../store/recordings.ts'

/** Without a recording there is nothing to stop. */
export const recordingStop: CallAction<'recording_stop'> = async ({ call, transaction }) => {
  const id = await transaction(async (tx) => {
    const { recording_id } = await calls.get(tx, call.id)
    const recording = recording_id === NIL_ID ? undefined : await recordings.find(tx, recording_id)
    return recording && (await stopRecording(tx, recording)) ? recording_id : undefined
  })
  return { commands: id === undefined ? [] : [{ method: 'stopRecord', input: { id } }] }
}
