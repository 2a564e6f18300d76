import type { Address } from '@voipbin/contracts/address'
import type { Call } from '@voipbin/contracts/call-entities'
import { flowContract } from '@voipbin/contracts/flow'
import type { Action } from '@voipbin/contracts/flow-actions'
import type { Clients, Ctx } from '@voipbin/service-kit'
import { createFindDialFacts } from '../find-dial-facts.ts'
import { dialError, mayDial } from '../may-dial.ts'
import { type Callable, checkDestinations } from './check-destinations.ts'

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
 * @throws DESTINATION_INVALID, what `mayDial` refuses, and what is wrong with actions
 */
export function createCheckWish(client: Clients): CheckWish {
  const findFacts = createFindDialFacts(client)
  const flows = client(flowContract)
  return async (ctx, { customer_id, source, destinations, actions, metadata = null }) => {
    checkDestinations(destinations)
    for (const destination of destinations) {
      const verdict = mayDial(await findFacts(ctx.read(), { customer_id, source, destination, metadata }))
      if (!verdict.may) throw dialError(verdict, destination)
    }
    return actions.length === 0 ? [] : (await flows.checkActions({ customer_id, actions: [...actions] })).actions
  }
}
