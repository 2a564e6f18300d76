import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { refuseUnlessProgressing } from '../call.ts'
import { calls } from '../store/calls.ts'
import { speak } from '../work.ts'

/** Said beside whatever the flow does, which does not wait for it. */
export const talkOnCall: Answer<CallContract, 'talkOnCall'> = async (tx, { id, ...said }) => {
  const call = await calls.get(tx, id)
  refuseUnlessProgressing(call, 'talk on')
  tx.schedule(speak, tx.newId(), tx.now, { call_id: id, playback_id: tx.newId(), ...said })
  return call
}
