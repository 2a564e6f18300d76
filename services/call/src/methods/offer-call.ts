import type { CallContract } from '@voipbin/contracts/call'
import { customerContract } from '@voipbin/contracts/customer'
import { unlessGone } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { registrarContract } from '@voipbin/contracts/registrar'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Answer, Client, Clients, Ctx } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { newCall } from '../call.ts'
import { type Offered, sourceOf } from '../incoming/destination.ts'
import { createRouteIncoming, type Routed } from '../incoming/route-incoming.ts'
import { startFlow } from '../start-flow.ts'
import { calls } from '../store/calls.ts'
import { hasFreeLine } from '../store/lines.ts'
import { endCall } from '../work.ts'

const reject = (cause: number, sip_status: number) => ({ decision: 'reject', cause, sip_status }) as const
/** Unallocated number; call rejected (Q.850). */
const NOT_FOUND = reject(1, 404)
const FORBIDDEN = reject(21, 403)
/** Bearer capability not presently available (Q.850), as a busy line: the phone has all the calls that it may have. */
const TOO_MANY = reject(58, 486)

type Limits = { readonly maxDurationMs: number; readonly callsPerExtension: number }

/** A call comes in: it is taken where a flow of somebody answers it. Offered twice, it is the same call. */
export function offerCall(client: Clients, { maxDurationMs, callsPerExtension }: Limits): Answer<CallContract, 'offerCall'> {
  const route = createRouteIncoming(client)
  const customers = client(customerContract)
  const registrar = client(registrarContract)
  return async (ctx, offered) => {
    const taken = { decision: 'take', affinity: offered.id } as const
    const existing = await calls.find(ctx.read(), offered.id)
    if (existing) return { ...taken, customer_id: existing.customer_id }
    const routed = await route(offered)
    if (!routed) return refuse(ctx, offered, NOT_FOUND)
    const { status } = await customers.getCustomer({ id: routed.customer_id })
    if (status !== 'active' && status !== 'initial') return refuse(ctx, offered, FORBIDDEN)
    const identity_id = offered.identified_by === 'digest' ? offered.identity_id : NIL_ID
    const isTaken = await ctx.transaction(async (tx) => {
      const isFull =
        identity_id !== NIL_ID && !(await hasFreeLine(tx, { identity_id, customer_id: offered.customer_id }, callsPerExtension))
      if (!isFull) await take(tx, offered, routed, maxDurationMs)
      return !isFull
    })
    if (!isTaken) {
      if (await isExtension(registrar, identity_id)) return refuse(ctx, offered, TOO_MANY)
      await ctx.transaction((tx) => take(tx, offered, routed, maxDurationMs))
    }
    return { ...taken, customer_id: routed.customer_id }
  }
}

/** Trunks have lines of their own number, and are known to their registrar only. */
async function isExtension(registrar: Client<typeof registrarContract>, id: string): Promise<boolean> {
  return (await unlessGone(registrar.getExtension({ id })))?.id === id
}

function refuse<R>({ log }: Ctx, { id, destination_user, source, sip_call_id }: Offered, answer: R): R {
  log.info('an incoming call was refused', { call_id: id, destination: destination_user, source, sip_call_id, answer })
  return answer
}

async function take(tx: Tx, offered: Offered, { actions, ...routed }: Routed, maxDurationMs: number): Promise<void> {
  const { id, node_id, epoch, sip_call_id } = offered
  const call = newCall({
    ...{
      id,
      node_id,
      epoch,
      sip_call_id,
      ...routed,
      identity_id: offered.identified_by === 'digest' ? offered.identity_id : NIL_ID,
      activeflow_id: tx.newId(),
    },
    ...{ direction: 'incoming', status: 'ringing', tm_ringing: tx.now, source: sourceOf(offered), via: offered.via ?? [] },
  })
  tx.schedule(endCall, id, addMilliseconds(tx.now, maxDurationMs), { call_id: id })
  const begun = startFlow(tx, { ...call, tm_create: tx.now, tm_update: null, tm_delete: null, version: 1 })
  await calls.insert(tx, 'call_created', { ...call, ...begun, pending_actions: [...actions] })
}
