import type { Call, Dialroute } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import { routeContract } from '@voipbin/contracts/route'
import type { ChannelEnd } from '@voipbin/contracts/switch'
import { registrarPort } from '@voipbin/contracts/switch-ports'
import { addMilliseconds, parseTime } from '@voipbin/contracts/time'
import type { Client, Clients, Ctx } from '@voipbin/service-kit'
import type { Read, Tx } from '@voipbin/sql'
import type { AllowDial } from '../allow-dial.ts'
import { isEnding, isOver } from '../call.ts'
import { closeCall } from '../end-call.ts'
import { type DialTimes, endLeg, limitSilence } from '../end-leg.ts'
import { passesEarlyMedia } from '../groupcall.ts'
import { isHopeless } from '../hopeless.ts'
import { callOfChannel, channelOf } from '../leg.ts'
import type { Command } from '../nodes.ts'
import { calls } from '../store/calls.ts'
import { confbridges } from '../store/confbridges.ts'
import { groupcalls } from '../store/groupcalls.ts'
import { findNode, listNodes, type Node } from '../store/nodes.ts'
import { outboundConfigs } from '../store/outbound-configs.ts'
import { tellNode } from '../tell-node.ts'
import { dial, endCall } from '../work.ts'

type Ways = { readonly registrar: Client<typeof registrarPort>; readonly routes: Client<typeof routeContract> }
type Place = Pick<Node, 'id' | 'epoch'>
type Times = DialTimes & { readonly maxDurationMs: number }
type Parts = Times & { readonly allow: AllowDial }

/** Nobody is there; no route to destination (Q.850). */
const NO_ROUTE = { cause: 3, sip_status: 0, by: 'node', tag: '', text: 'no way to the destination' } as const
const NO_NODE = { cause: 38, sip_status: 0, by: 'node', tag: '', text: 'no switch node takes calls' } as const

/** Temporary failure (Q.850). */
const NOT_NOW = { cause: 41, sip_status: 0, by: 'node', tag: '', text: 'no way to the destination could be found out' } as const

const NORMAL_CLEARING = 16
const CANCELLED = { cause: NORMAL_CLEARING, sip_status: 0, by: 'local', tag: '', text: 'given up before it was dialled' } as const

/** Finds the way, chooses a node, saves both, and has it dialled: so whatever the node tells afterwards finds the call. */
export function dialHandler(client: Clients, command: Command, { allow, ...times }: Parts) {
  const ways = { registrar: client(registrarPort), routes: client(routeContract) }
  const dialOnce = async (ctx: Ctx, call_id: string): Promise<void> => {
    const call = await calls.find(ctx.read(), call_id)
    if (call && isEnding(call)) return cancel(ctx, command, call)
    if (!call || !isToDial(call)) return
    const allowed = call.node_id === '' ? await allow(ctx, call) : call
    if (!allowed) return
    const routed = allowed.node_id === '' ? await prepare(ctx, ways, allowed, times) : allowed
    const route = routed?.dialroutes[routed.dialroute_index]
    if (!routed || !route) return
    const avoid = await hostsToAvoid(ways, routed, route)
    const leg = { ...legOf(routed, route, timeLeft(ctx, routed, times)), avoid, early_bridge_id: await earlyBridgeOf(ctx.read(), routed) }
    const { result, rule } = await command(routed, { method: 'dial', input: leg })
    const now = await calls.find(ctx.read(), call_id)
    const failed = { ...NO_NODE, text: result === 'gone' ? NO_NODE.text : rule }
    if (!now || isEnding(now)) await cancel(ctx, command, now ?? routed)
    else if (result !== 'ok') await ctx.transaction((tx) => end(tx, routed, failed, times))
  }
  return dial.outside((ctx, { call_id }) => dialOnce(ctx, call_id).catch((error: unknown) => giveUp(ctx, call_id, error)))
}

/** Nobody else would end a call that is on no node. A node that it is on may have the leg, and is told. */
async function giveUp(ctx: Ctx, id: string, error: unknown): Promise<void> {
  await ctx.transaction(async (tx) => {
    const call = await calls.find(tx, id)
    if (!call || isOver(call)) return
    if (!isHopeless(error, call, tx.now)) throw error
    ctx.log.warn('a call could not be dialled', { call_id: id, customer_id: call.customer_id, error })
    tellNode(tx, call, { method: 'hangup', input: { id, cause: NOT_NOW.cause, tag: '' } })
    await closeCall(tx, call, NOT_NOW)
  })
}

/** On its first way, or on a further one: then it may have rung before. */
const isToDial = ({ status, dialroute_index }: Call) => status === 'dialing' || (status === 'ringing' && dialroute_index > 0)

/** The first way has all the time that there is, however long it took to begin; those after it, what it left. */
function timeLeft({ clock }: Ctx, { dialroute_index, tm_create }: Call, { dialTimeoutMs }: Times): number {
  if (dialroute_index === 0) return dialTimeoutMs
  return Math.max(1, parseTime(tm_create) + dialTimeoutMs - clock.now())
}

/** Nobody wants it any more: a hang-up that came before the leg was dialled found nothing to end. */
async function cancel(ctx: Ctx, command: Command, call: Call): Promise<void> {
  const { result } =
    call.node_id === ''
      ? { result: 'gone' }
      : await command(call, { method: 'hangup', input: { id: call.id, cause: NORMAL_CLEARING, tag: '' } })
  if (call.node_id !== '' && result !== 'gone') return
  await ctx.transaction(async (tx) => {
    const now = await calls.find(tx, call.id)
    if (now) await closeCall(tx, now, CANCELLED)
  })
}

/** No node has this leg. Meanwhile the call may be on another one. */
async function end(tx: Tx, leg: Call, how: ChannelEnd, times: DialTimes): Promise<void> {
  const call = await callOfChannel(tx, { channel_id: channelOf(leg), call_id: leg.id })
  if (call) await endLeg(tx, call, how, times)
}

async function prepare(ctx: Ctx, ways: Ways, call: Call, times: Times): Promise<Call | undefined> {
  const found = withCodecs(call.dialroutes.length > 0 ? call.dialroutes : await routesTo(ways, call), await codecsOf(ctx.read(), call))
  const node = await nodeFor(ctx.read(), call, found[0])
  const dialroutes = found.map((route) => (route.node_id === node?.id ? route : { ...route, flow: '' }))
  return ctx.transaction(async (tx) => {
    const now = await calls.get(tx, call.id)
    if (now.status !== 'dialing' || now.node_id !== '') return now
    if (dialroutes.length === 0 || !node) {
      await closeCall(tx, now, dialroutes.length === 0 ? NO_ROUTE : NO_NODE)
      return undefined
    }
    tx.schedule(endCall, call.id, addMilliseconds(tx.now, times.maxDurationMs), { call_id: call.id })
    const dialled = await calls.update(tx, 'call_dialing', now, { dialroutes, node_id: node.id, epoch: node.epoch, via: call.via })
    limitSilence(tx, dialled, times)
    return dialled
  })
}

/** What the call names itself, or its customer for all calls; undefined: neither. */
async function codecsOf(read: Read, { customer_id, metadata }: Call): Promise<{ own: string; usual: string }> {
  const config = await outboundConfigs.first(read, { customer_id })
  return { own: metadata?.codecs ?? '', usual: config?.codecs ?? '' }
}

/** The call's own before those of the carrier, and these before the customer's usual ones; none: those of the switch. */
const withCodecs = (routes: readonly Dialroute[], { own, usual }: { own: string; usual: string }): Dialroute[] =>
  routes.map((route) => ({
    ...route,
    codecs: [own.split(','), route.codecs, usual.split(',')].map(named).find(({ length }) => length > 0) ?? [],
  }))

const named = (codecs: readonly string[]) => codecs.map((codec) => codec.trim()).filter((codec) => codec !== '')

async function routesTo({ registrar, routes }: Ways, { destination, customer_id, metadata }: Call): Promise<Dialroute[]> {
  const plain = { id: NIL_ID, proxy: '', flow: '', node_id: '', codecs: [], headers: [] }
  if (destination.type === 'sip')
    return [{ ...plain, destination: /^sips?:/.test(destination.target) ? destination.target : `sip:${destination.target}` }]
  if (destination.type === 'tel') {
    const wanted = { customer_id, number: destination.target, provider_ids: metadata?.route_provider_ids ?? [] }
    return (await routes.listDialroutes(wanted)).dialroutes
  }
  if (destination.type !== 'extension') return []
  const { bindings } = await registrar.listBindings({ customer_id, identity_id: destination.target })
  return bindings.map(({ contact, source, flow, node_id }) => ({ ...plain, destination: contact, registered_at: source, flow, node_id }))
}

/** Where the room is that it is for, where the contact is, where the master call is, or where there is most room. */
async function nodeFor(read: Read, { master_call_id, confbridge_id }: Call, route: Dialroute | undefined): Promise<Place | undefined> {
  const room = confbridge_id === NIL_ID ? undefined : await confbridges.find(read, confbridge_id)
  if (room && room.node_id !== '') return { id: room.node_id, epoch: room.epoch }
  const master = master_call_id === NIL_ID ? undefined : await calls.find(read, master_call_id)
  const named = route?.node_id || master?.node_id
  if (named) return findNode(read, named)
  const nodes = (await listNodes(read)).filter(({ is_draining }) => !is_draining)
  return nodes.sort((one, other) => other.free - one.free)[0]
}

/** Where it is heard before it answers. */
async function earlyBridgeOf(read: Read, { groupcall_id, confbridge_id }: Call): Promise<string | null> {
  const group = groupcall_id === NIL_ID ? undefined : await groupcalls.find(read, groupcall_id)
  return group && passesEarlyMedia(group) ? confbridge_id : null
}

/** An address that somebody named, or a phone registered, must not lead to a carrier: numbers do, and those are asked about. */
async function hostsToAvoid({ routes }: Ways, { destination }: Call, { flow }: Dialroute): Promise<string[]> {
  return destination.type === 'tel' || flow !== '' ? [] : (await routes.listCarrierHosts({})).hosts
}

function legOf(call: Call, route: Dialroute, timeoutMs: number) {
  const { id, customer_id, source, is_anonymous: isAnonymous, master_call_id, via } = call
  const { destination, proxy, flow, registered_at, codecs, headers } = route
  const [user = '', domain = ''] = source.target.replace(/^sips?:/, '').split('@')
  return {
    ...{ id, customer_id, destination, proxy, flow, codecs, headers, timeout_ms: timeoutMs },
    is_trusted: call.destination.type === 'tel',
    affinity: master_call_id === NIL_ID ? id : master_call_id,
    from: { user: user || 'anonymous', display_name: source.target_name, is_anonymous: isAnonymous },
    from_domain: domain,
    ...(via.length > 0 && { via }),
    ...(registered_at && { registered_at }),
  }
}
