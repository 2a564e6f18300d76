import type { Address } from '@voipbin/contracts/address'
import { agentContract } from '@voipbin/contracts/agent'
import type { Call } from '@voipbin/contracts/call-entities'
import { ServiceError } from '@voipbin/contracts/errors'
import { flowContract } from '@voipbin/contracts/flow'
import type { Action } from '@voipbin/contracts/flow-actions'
import type { Client, Clients, Ctx } from '@voipbin/service-kit'
import { createFindDialFacts } from '../find-dial-facts.ts'
import { dialError, mayDial } from '../may-dial.ts'
import { type Callable, checkDestinations } from './check-destinations.ts'
import { findAgent } from './find-agent.ts'

type Wish = {
  readonly customer_id: string
  readonly source: Address
  readonly destinations: readonly Callable[]
  readonly actions: readonly Action[]
  readonly metadata?: Call['metadata']
}
/** @returns the actions as they will run */
export type CheckWish = (ctx: Ctx, wish: Wish) => Promise<Action[]>

/**
 * What a client wants called, before anything of it is dialled.
 * @throws DESTINATION_INVALID, SOURCE_NOT_OWNED, what `mayDial` refuses, and what is wrong with actions
 */
export function createCheckWish(client: Clients): CheckWish {
  const findFacts = createFindDialFacts(client)
  const flows = client(flowContract)
  const agents = client(agentContract)
  return async (ctx, { customer_id, source, destinations, actions, metadata = null }) => {
    checkDestinations(destinations)
    await checkAgent(agents, customer_id, source)
    for (const [index, destination] of destinations.entries()) {
      const verdict = mayDial(await findFacts(ctx.read(), { customer_id, source, destination, metadata }))
      if (!verdict.may) throw dialError(verdict, destination, index)
    }
    return actions.length === 0 ? [] : (await flows.checkActions({ customer_id, actions: [...actions] })).actions
  }
}

/** What an agent is said to own is told on the agent's own socket: nobody calls in the name of somebody else's. */
async function checkAgent(agents: Client<typeof agentContract>, customerId: string, { type, target }: Address): Promise<void> {
  if (type !== 'agent') return
  if (await findAgent(agents, customerId, target)) return
  const details = [{ field: 'source.target' }]
  throw new ServiceError('INVALID_ARGUMENT', 'SOURCE_NOT_OWNED', `Cannot call in the name of agent "${target}": there is none`, { details })
}

/** The agent in whose name it is made; of a source that was checked. */
export const ownerOf = ({ type, target }: Address) =>
  type === 'agent' ? ({ owner_type: 'agent', owner_id: target.toLowerCase() } as const) : {}
