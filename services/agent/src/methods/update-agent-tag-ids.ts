import type { agentContract } from '@voipbin/contracts/agent'
import type { Answer } from '@voipbin/service-kit'
import { cleanIds, refuseGuest } from '../agent.ts'
import { agents } from '../store/agents.ts'

export const updateAgentTagIds: Answer<typeof agentContract, 'updateAgentTagIds'> = async (tx, { id, tag_ids }) => {
  const agent = await agents.get(tx, id)
  refuseGuest(agent)
  return agents.update(tx, 'agent_updated', agent, { tag_ids: cleanIds(tag_ids) })
}
