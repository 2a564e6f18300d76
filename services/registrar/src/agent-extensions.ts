import { agentContract } from '@voipbin/contracts/agent'
import { id } from '@voipbin/contracts/fields'
import type { Clients } from '@voipbin/service-kit'

/** Ids of the extensions that an agent is reached at. Addresses are what somebody wrote: whose extensions they are must be looked at. */
export type ExtensionsOfAgent = (agentId: string) => Promise<readonly string[]>

export const createExtensionsOfAgent =
  (client: Clients): ExtensionsOfAgent =>
  async (agentId) => {
    const { addresses } = await client(agentContract).getAgent({ id: agentId })
    const targets = addresses.filter(({ type }) => type === 'extension').map(({ target }) => id().safeParse(target))
    return [...new Set(targets.flatMap(({ data }) => (data === undefined ? [] : [data])))]
  }
