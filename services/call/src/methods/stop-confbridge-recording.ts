import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { refuseWithoutRecording } from '../recording.ts'
import { haveStopped } from '../stop-recording.ts'
import { confbridges } from '../store/confbridges.ts'
import { recordings } from '../store/recordings.ts'

/** The answer shows it until its node has ended it. */
export const stopConfbridgeRecording: Answer<CallContract, 'stopConfbridgeRecording'> = async (tx, { id }) => {
  const room = await confbridges.get(tx, id)
  const recording = await recordings.find(tx, room.recording_id)
  if (!recording) return refuseWithoutRecording(`confbridge "${id}"`)
  await haveStopped(tx, recording)
  return room
}
