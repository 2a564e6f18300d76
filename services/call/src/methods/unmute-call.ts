import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { muted, refuseUnlessProgressing } from '../call.ts'
import { calls } from '../store/calls.ts'
import { tellNode } from '../tell-node.ts'

export const unmuteCall: Answer<CallContract, 'unmuteCall'> = async (tx, { id, direction }) => {
  const call = await calls.get(tx, id)
  refuseUnlessProgressing(call, 'mute')
  const mute_direction = muted(call.mute_direction, direction, false)
  tellNode(tx, call, { method: 'mute', input: { id, direction: mute_direction === '' ? 'none' : mute_direction } })
  return calls.update(tx, 'call_updated', call, { mute_direction })
}
