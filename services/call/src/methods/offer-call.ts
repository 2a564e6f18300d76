import type { CallContract } from '@voipbin/contracts/call'
import { customerContract } from '@voipbin/contracts/customer'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Answer, Clients, Ctx } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { newCall } from '../call.ts'
import { type Offered, sourceOf } from '../incoming/destination.ts'
import { createRouteIncoming, type Routed } from '../incoming/route-incoming.ts'
import { startFlow } from '../start-flow.ts'
import { calls } from '../store/calls.ts'
import { endCall } from '../work.ts'

const reject = (cause: number, sip_status: number) => ({ decision: 'reject', cause, sip_status }) as const
/** Unallocated number; call rejected (Q.850). */
const NOT_FOUND = reject(1, 404)
const FORBIDDEN = reject(21, 403)

/** A call comes in: it is taken where a flow of somebody answers it. Offered twice, it is the same call. */
export function offerCall(client: Clients, maxDurationMs: number): Answer<CallContract, 'offerCall'> {
  const route = createRouteIncoming(client)
  const customers = client(customerContract)
  return async (ctx, offered) => {
    const taken = { decision: 'take', affinity: offered.id } as const
    const existing = await calls.find(ctx.read(), offered.id)
    if (existing) return { ...taken, customer_id: existing.customer_id }
    const routed = await route(offered)
    if (!routed) return refuse(ctx, offered, NOT_FOUND)
    const { status } = await customers.getCustomer({ id: routed.customer_id })
    if (status !== 'active' && status !== 'initial') return refuse(ctx, offered, FORBIDDEN)
    await ctx.transaction((tx) => take(tx, offered, routed, maxDurationMs))
    return { ...taken, customer_id: routed.customer_id }
  }
}

function refuse<R>({ log }: Ctx, { id, destination_user, source, sip_call_id }: Offered, answer: R): R {
  log.info('an incoming call was refused', { call_id: id, destination: destination_user, source, sip_call_id, answer })
  return answer
}

async function take(tx: Tx, offered: Offered, { actions, ...routed }: Routed, maxDurationMs: number): Promise<void> {
  const { id, node_id, epoch, sip_call_id } = offered
  const call = newCall({
    ...{ id, node_id, epoch, sip_call_id, ...routed, activeflow_id: tx.newId() },
    ...{ direction: 'incoming', status: 'ringing', tm_ringing: tx.now, source: sourceOf(offered) },
  })
  tx.schedule(endCall, id, addMilliseconds(tx.now, maxDurationMs), { call_id: id })
  const begun = startFlow(tx, { ...call, tm_create: tx.now, tm_update: null, tm_delete: null, version: 1 })
  await calls.insert(tx, 'call_created', { ...call, ...begun, pending_actions: [...actions] })
}
