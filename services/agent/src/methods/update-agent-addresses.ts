import type { agentContract } from '@voipbin/contracts/agent'
import type { Answer } from '@voipbin/service-kit'
import { refuseGuest } from '../agent.ts'
import { claimAddresses } from '../store/agent-addresses.ts'
import { agents } from '../store/agents.ts'

export const updateAgentAddresses: Answer<typeof agentContract, 'updateAgentAddresses'> = async (tx, { id, addresses }) => {
  const agent = await agents.get(tx, id)
  refuseGuest(agent)
  await claimAddresses(tx, agent, addresses)
  return agents.update(tx, 'agent_updated', agent, { addresses })
}
