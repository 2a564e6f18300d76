import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { refuseUnlessProgressing } from '../call.ts'
import { calls } from '../store/calls.ts'
import { tellNode } from '../tell-node.ts'

export const holdCall: Answer<CallContract, 'holdCall'> = async (tx, { id }) => {
  const call = await calls.get(tx, id)
  refuseUnlessProgressing(call, 'hold')
  tellNode(tx, call, { method: 'hold', input: { id, is_on_hold: true } })
  return call
}
