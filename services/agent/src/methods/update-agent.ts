import type { agentContract } from '@voipbin/contracts/agent'
import type { Answer } from '@voipbin/service-kit'
import { refuseGuest } from '../agent.ts'
import { agents } from '../store/agents.ts'

export const updateAgent: Answer<typeof agentContract, 'updateAgent'> = async (tx, { id, ...fields }) => {
  const agent = await agents.get(tx, id)
  refuseGuest(agent)
  return agents.update(tx, 'agent_updated', agent, fields)
}
