import type { Call } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { Clients, Ctx } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { closeCall } from './end-call.ts'
import { createFindDialFacts } from './find-dial-facts.ts'
import { mayDial, type Refusal, refuse } from './may-dial.ts'
import { calls } from './store/calls.ts'
import { takeNetworkCall } from './store/network-calls.ts'
import { outboundConfigs } from './store/outbound-configs.ts'

/** @returns the call as it may be dialled, in the name of the number that the network is told; undefined: it was refused and has ended */
export type AllowDial = (ctx: Ctx, call: Call) => Promise<Call | undefined>

export function createAllowDial(client: Clients, networkCallsPerHour: number): AllowDial {
  const findFacts = createFindDialFacts(client)
  return async (ctx, call) => {
    const facts = await findFacts(ctx.read(), call)
    const verdict = mayDial(facts)
    return ctx.transaction(async (tx) => {
      const now = await calls.get(tx, call.id)
      if (now.status !== 'dialing' || now.node_id !== '') return now
      if (!verdict.may) return end(tx, now, verdict)
      const { way, source } = verdict
      if (way === 'direct') return now
      if (way === 'inside') return inside(await say(tx, now, source), facts.via)
      const config = await outboundConfigs.first(tx, { customer_id: now.customer_id })
      if (!config) return end(tx, now, refuse('DESTINATION_NOT_ALLOWED'))
      if (!(await takeNetworkCall(tx, now, config, networkCallsPerHour))) return end(tx, now, refuse('NETWORK_CALL_LIMIT_REACHED'))
      return say(tx, now, source)
    })
  }
}

/** In the name of that number. */
async function say(tx: Tx, call: Call, source: string | undefined): Promise<Call> {
  if (source === undefined || (call.source.type === 'tel' && call.source.target === source)) return call
  return calls.update(tx, 'call_updated', call, { source: { ...call.source, type: 'tel', target: source } })
}

/** Its way, saved when it has a node: to the number itself, without any host. */
function inside(call: Call, via: readonly string[]): Call {
  const number = call.destination.target
  const way = { id: NIL_ID, destination: `tel:${number}`, proxy: '', flow: '', node_id: '', codecs: [], headers: [] }
  return { ...call, dialroutes: [way], via: [...via, number] }
}

async function end(tx: Tx, call: Call, { cause, text, reason }: Refusal): Promise<undefined> {
  await closeCall(tx, call, { cause, sip_status: 0, by: 'local', tag: '', text }, reason)
}
