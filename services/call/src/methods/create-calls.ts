import type { CallContract } from '@voipbin/contracts/call'
import type { Call, Groupcall } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Answer, Clients, Ctx } from '@voipbin/service-kit'
import { isGroup } from '../outgoing/check-destinations.ts'
import { createCheckWish, ownerOf } from '../outgoing/check-wish.ts'
import { placeCall } from '../place-call.ts'
import { placeGroupcall } from '../place-groupcall.ts'

type Create = Answer<CallContract, 'createCalls'>
type Wanted = Parameters<Create>[1] & { readonly metadata?: Call['metadata'] }

/** Answers `createCalls`, and the same with metadata, which is about the telephone network: groups of phones have none. */
export function createCalls(client: Clients): (ctx: Ctx, wanted: Wanted) => ReturnType<Create> {
  const check = createCheckWish(client)
  return async (ctx, { destinations, flow_id, metadata = null, ...wanted }) => {
    const actions = await check(ctx, { ...wanted, destinations, metadata })
    const given = { ...wanted, ...ownerOf(wanted.source), actions, flow_id: flow_id || NIL_ID, has_early_execution: false }
    return ctx.transaction(async (tx) => {
      const placed: { calls: Call[]; groupcalls: Groupcall[] } = { calls: [], groupcalls: [] }
      for (const destination of destinations) {
        if (isGroup(destination)) placed.groupcalls.push(await placeGroupcall(tx, { ...given, destinations: [destination] }))
        else placed.calls.push(await placeCall(tx, { ...given, metadata, master_call_id: NIL_ID, destination }))
      }
      return placed
    })
  }
}
