import type { agentContract } from '@voipbin/contracts/agent'
import { type Answer, currentActor } from '@voipbin/service-kit'
import { refuseRinging } from '../agent.ts'
import { agents } from '../store/agents.ts'

/** The guest agent, too, comes and goes. A status that it has already is no event. */
export const updateAgentStatus: Answer<typeof agentContract, 'updateAgentStatus'> = async (tx, { id, status }) => {
  refuseRinging(currentActor(), status)
  const agent = await agents.get(tx, id)
  return agent.status === status ? agent : agents.update(tx, 'agent_status_updated', agent, { status })
}
