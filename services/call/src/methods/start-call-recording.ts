import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { startRecording } from '../start-recording.ts'
import { calls } from '../store/calls.ts'
import { record } from '../work.ts'

export const startCallRecording: Answer<CallContract, 'startCallRecording'> = async (tx, { id, ...given }) => {
  const wanted = { ...given, id: tx.newId(), beep_start: false, is_of_flow: false }
  tx.schedule(record, wanted.id, tx.now, wanted)
  return startRecording(tx, await calls.get(tx, id), wanted)
}
