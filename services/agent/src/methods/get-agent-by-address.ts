import type { agentContract } from '@voipbin/contracts/agent'
import { notFound } from '@voipbin/contracts/errors'
import type { Answer } from '@voipbin/service-kit'
import { ownerOf } from '../store/agent-addresses.ts'
import { agents } from '../store/agents.ts'

export const getAgentByAddress: Answer<typeof agentContract, 'getAgentByAddress'> = async (read, { customer_id, ...address }) => {
  const owner = await ownerOf(read, customer_id, address)
  if (owner === undefined) throw notFound('agent with address', `${address.type}:${address.target}`)
  return agents.get(read, owner)
}
