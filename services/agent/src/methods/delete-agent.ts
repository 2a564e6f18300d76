import type { agentContract } from '@voipbin/contracts/agent'
import { type Answer, currentActor } from '@voipbin/service-kit'
import { refuseAbove, refuseGuest } from '../agent.ts'
import { agents, keepAnAdmin } from '../store/agents.ts'

export const deleteAgent: Answer<typeof agentContract, 'deleteAgent'> = async (tx, { id }) => {
  const agent = await agents.get(tx, id)
  refuseGuest(agent)
  refuseAbove(currentActor(), agent.permission)
  await keepAnAdmin(tx, agent, 0)
  return agents.remove(tx, 'agent_deleted', agent)
}
