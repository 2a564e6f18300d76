import type { Agent, agentContract } from '@voipbin/contracts/agent'
import { unlessGone } from '@voipbin/contracts/errors'
import { id } from '@voipbin/contracts/fields'
import type { Client } from '@voipbin/service-kit'

/** The agent of this customer that an address names; undefined where there is none. */
export async function findAgent(agents: Client<typeof agentContract>, customerId: string, target: string): Promise<Agent | undefined> {
  const named = id().safeParse(target)
  const agent = named.success ? await unlessGone(agents.getAgent({ id: named.data })) : undefined
  return agent?.customer_id === customerId ? agent : undefined
}
