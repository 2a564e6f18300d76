import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { startRoomRecording } from '../start-recording.ts'
import { confbridges } from '../store/confbridges.ts'
import { record } from '../work.ts'

export const startConfbridgeRecording: Answer<CallContract, 'startConfbridgeRecording'> = async (tx, { id, ...given }) => {
  const wanted = { ...given, id: tx.newId(), beep_start: false, is_of_flow: false }
  tx.schedule(record, wanted.id, tx.now, wanted)
  return startRoomRecording(tx, await confbridges.get(tx, id), wanted)
}
