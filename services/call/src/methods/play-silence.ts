import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { refuseUnlessProgressing } from '../call.ts'
import { calls } from '../store/calls.ts'
import { tellNode } from '../tell-node.ts'

export const playSilence: Answer<CallContract, 'playSilence'> = async (tx, { id }) => {
  const call = await calls.get(tx, id)
  refuseUnlessProgressing(call, 'change what is heard on')
  tellNode(tx, call, { method: 'background', input: { id, kind: 'silence' } })
  return call
}
