import { deriveId } from '@voipbin/sql'
import { type CallAction, channel } from '../call-action.ts'
import { recordCommand } from '../recording.ts'
import { startRecording } from '../start-recording.ts'
import { calls } from '../store/calls.ts'

/** Goes on beside the flow. In a loop each round names one of its own; the same round after a crash, the same. */
export const recordingStart: CallAction<'recording_start'> = async ({ call, action, option, transaction }) => {
  const id = deriveId(call.activeflow_id, call.execution_id, action.id, 'recording')
  const [end_of_silence, duration, beep_start] = [Number(option.end_of_silence), Number(option.duration), option.beep_start === true]
  const wanted = { ...option, id, end_of_silence, duration, beep_start, is_of_flow: true }
  const { recording_id } = await transaction(async (tx) => startRecording(tx, await calls.get(tx, call.id), wanted))
  return { commands: recording_id === id ? [recordCommand(channel(call.id), wanted)] : [] }
}
