import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { hangUp } from '../hang-up.ts'
import { calls } from '../store/calls.ts'

export const endOfFlow: Answer<CallContract, 'endOfFlow'> = async (tx, { id, activeflow_id }) => {
  const call = await calls.find(tx, id)
  if (call?.activeflow_id === activeflow_id) await hangUp(tx, call, 'normal')
  return {}
}
