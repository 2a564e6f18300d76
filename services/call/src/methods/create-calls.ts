import type { CallContract } from '@voipbin/contracts/call'
import type { Call, Groupcall } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Answer, Clients } from '@voipbin/service-kit'
import { isGroup } from '../outgoing/check-destinations.ts'
import { createCheckWish } from '../outgoing/check-wish.ts'
import { placeCall } from '../place-call.ts'
import { placeGroupcall } from '../place-groupcall.ts'

export function createCalls(client: Clients): Answer<CallContract, 'createCalls'> {
  const check = createCheckWish(client)
  return async (ctx, { destinations, flow_id, ...wanted }) => {
    const actions = await check(ctx, { ...wanted, destinations })
    const given = { ...wanted, actions, flow_id: flow_id || NIL_ID, has_early_execution: false }
    return ctx.transaction(async (tx) => {
      const placed: { calls: Call[]; groupcalls: Groupcall[] } = { calls: [], groupcalls: [] }
      for (const destination of destinations) {
        if (isGroup(destination)) placed.groupcalls.push(await placeGroupcall(tx, { ...given, destinations: [destination] }))
        else placed.calls.push(await placeCall(tx, { ...given, master_call_id: NIL_ID, destination }))
      }
      return placed
    })
  }
}
