import type { CallContract } from '@voipbin/contracts/call'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Answer, Clients } from '@voipbin/service-kit'
import { createCheckWish, ownerOf } from '../outgoing/check-wish.ts'
import { placeGroupcall } from '../place-groupcall.ts'

export function createGroupcall(client: Clients): Answer<CallContract, 'createGroupcall'> {
  const check = createCheckWish(client)
  return async (ctx, { flow_id, ...wanted }) => {
    const actions = await check(ctx, wanted)
    return ctx.transaction((tx) => placeGroupcall(tx, { ...wanted, ...ownerOf(wanted.source), actions, flow_id: flow_id || NIL_ID }))
  }
}
