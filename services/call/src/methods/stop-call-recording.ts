import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { refuseWithoutRecording } from '../recording.ts'
import { haveStopped } from '../stop-recording.ts'
import { calls } from '../store/calls.ts'
import { recordings } from '../store/recordings.ts'

/** The answer shows it until its node has ended it. */
export const stopCallRecording: Answer<CallContract, 'stopCallRecording'> = async (tx, { id }) => {
  const call = await calls.get(tx, id)
  const recording = await recordings.find(tx, call.recording_id)
  if (!recording) return refuseWithoutRecording(`call "${id}"`)
  await haveStopped(tx, recording)
  return call
}
