import type { Address } from '@voipbin/contracts/address'
import type { Groupcall } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Clients, Ctx } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { childFields, dueOf } from '../groupcall.ts'
import { childEnded } from '../hang-up-groupcall.ts'
import { isHopeless } from '../hopeless.ts'
import type { Command } from '../nodes.ts'
import { type Absence, createFindLegs, type Legs, notFoundOut } from '../outgoing/find-legs.ts'
import { placeCall } from '../place-call.ts'
import { placeGroupcall } from '../place-groupcall.ts'
import { confbridges } from '../store/confbridges.ts'
import { groupcalls } from '../store/groupcalls.ts'
import { ringGroup } from '../work.ts'

type Due = { readonly destination: Groupcall['destinations'][number]; readonly legs: Legs }

/** Finds out who is behind the destinations that are due, and makes a call or a groupcall for each. */
export function ringGroupHandler(client: Clients, command: Command) {
  const findLegs = createFindLegs(client)
  return ringGroup.outside(async (ctx, { groupcall_id, dial_index }) => {
    const group = await groupcalls.find(ctx.read(), groupcall_id)
    if (group?.status !== 'progressing' || group.dial_index !== dial_index) return
    await makeBridge(ctx, command, group.confbridge_id)
    const whose = { customer_id: group.customer_id, isNested: group.master_groupcall_id !== NIL_ID }
    const legsOf = (destination: Address) => findLegs(destination, whose).catch((error: unknown) => nobodyAt(ctx, group, error))
    const due = await Promise.all(dueOf(group).map(async (destination) => ({ destination, legs: await legsOf(destination) })))
    return (tx) => ring(tx, groupcall_id, dial_index, due)
  })
}

/** Who cannot be found out for so long is not there; whoever waits for an answer does not wait on. */
function nobodyAt(ctx: Ctx, group: Groupcall, error: unknown): Legs {
  if (!isHopeless(error, group, ctx.clock.time())) throw error
  ctx.log.warn('a destination could not be found out', { groupcall_id: group.id, customer_id: group.customer_id, error })
  return notFoundOut
}

/** There before anybody can be brought into it. */
async function makeBridge(ctx: Ctx, command: Command, id: string): Promise<void> {
  const room = id === NIL_ID ? undefined : await confbridges.find(ctx.read(), id)
  if (room?.status === 'progressing' && room.node_id !== '')
    await command(room, { method: 'createBridge', input: { id, customer_id: room.customer_id, affinity: room.affinity } })
}

async function ring(tx: Tx, id: string, dial_index: number, due: readonly Due[]): Promise<void> {
  const group = await groupcalls.find(tx, id)
  if (group?.status !== 'progressing' || group.dial_index !== dial_index || group.call_count + group.groupcall_count > 0) return
  const made = { calls: [] as string[], groupcalls: [] as string[] }
  for (const { destination, legs } of due) {
    if (legs.kind === 'groupcall') made.groupcalls.push(await nest(tx, group, legs))
    else
      for (const dialroutes of legs.routes) {
        const call = await placeCall(tx, { ...childFields(group), groupcall_id: id, destination, dialroutes })
        made.calls.push(call.id)
      }
  }
  const isNobody = made.calls.length + made.groupcalls.length === 0
  await childEnded(tx, group, {
    ...{ call_ids: [...group.call_ids, ...made.calls], call_count: made.calls.length },
    ...{ groupcall_ids: [...group.groupcall_ids, ...made.groupcalls], groupcall_count: made.groupcalls.length },
    ...(isNobody && group.hangup_reason === '' ? absenceOf(due) : {}),
  })
}

/** Of the first: whoever was to be rung alone is told why it is not there. */
function absenceOf(due: readonly Due[]): Absence {
  const [legs] = due.map((one) => one.legs)
  return (legs?.kind === 'calls' && legs.absence) || notFoundOut.absence
}

/** The phones of an agent ring for each other: whichever answers, the others are done. */
async function nest(tx: Tx, group: Groupcall, { destinations, ring_method }: Extract<Legs, { kind: 'groupcall' }>): Promise<string> {
  const { customer_id, owner_type, owner_id, source, flow_id, master_call_id, confbridge_id, actions, variables, anonymous } = group
  const { has_early_execution, has_early_media } = group
  const nested = await placeGroupcall(tx, {
    ...{ customer_id, owner_type, owner_id, source, destinations, flow_id, master_call_id, confbridge_id, actions, variables, anonymous },
    ...{ has_early_execution, has_early_media, ring_method, master_groupcall_id: group.id },
  })
  return nested.id
}
