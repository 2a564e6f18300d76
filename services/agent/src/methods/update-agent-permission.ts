import type { agentContract } from '@voipbin/contracts/agent'
import { type Answer, currentActor } from '@voipbin/service-kit'
import { refuseAbove, refuseGuest } from '../agent.ts'
import { agents, keepAnAdmin } from '../store/agents.ts'

export const updateAgentPermission: Answer<typeof agentContract, 'updateAgentPermission'> = async (tx, { id, permission }) => {
  const agent = await agents.get(tx, id)
  refuseGuest(agent)
  refuseAbove(currentActor(), agent.permission | permission)
  await keepAnAdmin(tx, agent, permission)
  return agents.update(tx, 'agent_updated', agent, { permission })
}
