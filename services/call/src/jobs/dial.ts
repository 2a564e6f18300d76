import type { Call, Dialroute } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import { registrarPort } from '@voipbin/contracts/switch-ports'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Client, Clients, Ctx } from '@voipbin/service-kit'
import type { Read } from '@voipbin/sql'
import { closeCall } from '../end-call.ts'
import type { Command } from '../nodes.ts'
import { calls } from '../store/calls.ts'
import { findNode, listNodes, type Node } from '../store/nodes.ts'
import { dial, endCall } from '../work.ts'

type Registrar = Client<typeof registrarPort>
type Times = { readonly dialTimeoutMs: number; readonly maxDurationMs: number }

/** Nobody is there; no route to destination (Q.850). */
const NO_ROUTE = { cause: 3, sip_status: 0, by: 'node', tag: '', text: 'no way to the destination' } as const
const NO_NODE = { cause: 38, sip_status: 0, by: 'node', tag: '', text: 'no switch node takes calls' } as const

/** Finds the way, chooses a node, saves both, and has it dialled: so whatever the node tells afterwards finds the call. */
export function dialHandler(client: Clients, command: Command, times: Times) {
  const registrar = client(registrarPort)
  return dial.outside(async (ctx, { call_id }) => {
    const call = await calls.find(ctx.read(), call_id)
    if (call?.status !== 'dialing') return
    const routed = call.node_id === '' ? await prepare(ctx, registrar, call, times) : call
    const route = routed?.dialroutes[routed.dialroute_index]
    if (!routed || !route) return
    const { result, rule } = await command(routed, { method: 'dial', input: legOf(routed, route, times) })
    if (result === 'ok') return
    await ctx.transaction(async (tx) => {
      await closeCall(tx, await calls.get(tx, call_id), { ...NO_NODE, text: result === 'gone' ? NO_NODE.text : rule })
    })
  })
}

async function prepare(ctx: Ctx, registrar: Registrar, call: Call, { maxDurationMs }: Times): Promise<Call | undefined> {
  const dialroutes = await routesTo(registrar, call)
  const node = await nodeFor(ctx.read(), call, dialroutes[0])
  return ctx.transaction(async (tx) => {
    const now = await calls.get(tx, call.id)
    if (now.status !== 'dialing' || now.node_id !== '') return now
    if (dialroutes.length === 0 || !node) {
      await closeCall(tx, now, dialroutes.length === 0 ? NO_ROUTE : NO_NODE)
      return undefined
    }
    tx.schedule(endCall, call.id, addMilliseconds(tx.now, maxDurationMs), { call_id: call.id })
    return calls.update(tx, 'call_dialing', now, { dialroutes, node_id: node.id, epoch: node.epoch })
  })
}

async function routesTo(registrar: Registrar, { destination, customer_id }: Call): Promise<Dialroute[]> {
  const plain = { id: NIL_ID, proxy: '', flow: '', node_id: '', codecs: [], headers: [] }
  if (destination.type === 'sip')
    return [{ ...plain, destination: /^sips?:/.test(destination.target) ? destination.target : `sip:${destination.target}` }]
  if (destination.type !== 'extension') return []
  const { bindings } = await registrar.listBindings({ customer_id, identity_id: destination.target })
  return bindings.map(({ contact, flow, node_id }) => ({ ...plain, destination: contact, flow, node_id }))
}

/** Where the contact is, where the master call is, or where there is most room. */
async function nodeFor(read: Read, { master_call_id }: Call, route: Dialroute | undefined): Promise<Node | undefined> {
  const master = master_call_id === NIL_ID ? undefined : await calls.find(read, master_call_id)
  const named = route?.node_id || master?.node_id
  if (named) return findNode(read, named)
  const nodes = (await listNodes(read)).filter(({ is_draining }) => !is_draining)
  return nodes.sort((one, other) => other.free - one.free)[0]
}

function legOf(call: Call, route: Dialroute, { dialTimeoutMs }: Times) {
  const { id, customer_id, source, is_anonymous: isAnonymous, master_call_id } = call
  const { destination, proxy, flow, codecs, headers } = route
  const [user = '', domain = ''] = source.target.replace(/^sips?:/, '').split('@')
  return {
    ...{ id, customer_id, destination, proxy, flow, codecs, headers, timeout_ms: dialTimeoutMs },
    affinity: master_call_id === NIL_ID ? id : master_call_id,
    from: { user: user || 'anonymous', display_name: source.target_name, is_anonymous: isAnonymous },
    from_domain: domain,
  }
}
