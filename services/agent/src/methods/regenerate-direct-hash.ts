import type { agentContract } from '@voipbin/contracts/agent'
import { type Answer, newDirectHash } from '@voipbin/service-kit'
import { refuseGuest } from '../agent.ts'
import { agents } from '../store/agents.ts'

/** The old one reaches nobody any more. */
export const regenerateDirectHash: Answer<typeof agentContract, 'regenerateDirectHash'> = async (tx, { id }) => {
  const agent = await agents.get(tx, id)
  refuseGuest(agent)
  return agents.update(tx, 'agent_updated', agent, { direct_hash: newDirectHash() })
}
