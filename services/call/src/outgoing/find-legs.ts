import type { Address } from '@voipbin/contracts/address'
import { agentContract } from '@voipbin/contracts/agent'
import type { Dialroute, Groupcall, HangupReason } from '@voipbin/contracts/call-entities'
import { unlessGone } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { registrarContract } from '@voipbin/contracts/registrar'
import type { Client, Clients } from '@voipbin/service-kit'
import { findAgent } from './find-agent.ts'

/** What rings for a destination: one call each, or a groupcall of its own. */
export type Legs =
  | { readonly kind: 'calls'; readonly routes: readonly (readonly Dialroute[])[] /** Why there are none. */; readonly absence?: Absence }
  | { readonly kind: 'groupcall'; readonly destinations: readonly Address[]; readonly ring_method: Groupcall['ring_method'] }

/** What a caller is told when there is nobody to ring; the cause is of Q.850. */
export type Absence = { readonly hangup_reason: HangupReason; readonly hangup_cause: number }

type Whose = { readonly customer_id: string; readonly isNested: boolean }
export type FindLegs = (destination: Address, whose: Whose) => Promise<Legs>

const nobodyFor = (hangup_reason: HangupReason, hangup_cause: number) =>
  ({ kind: 'calls', routes: [], absence: { hangup_reason, hangup_cause } }) as const satisfies Legs

/** It could not be found out who is there: temporary failure of the network. */
export const notFoundOut = nobodyFor('failed', 38)
/** Unallocated number, 404 in SIP. */
const unknown = nobodyFor('failed', 1)
/** Known, but reached nowhere at present: subscriber absent, 480 in SIP. */
const absent = nobodyFor('noanswer', 20)
/** The way is found when it is dialled. */
const oneCall: Legs = { kind: 'calls', routes: [[]] }
const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const plain = { id: NIL_ID, proxy: '', flow: '', node_id: '', codecs: [], headers: [] }

export function createFindLegs(client: Clients): FindLegs {
  const agents = client(agentContract)
  const registrar = client(registrarContract)
  return async (destination, { customer_id, isNested }) => {
    if (destination.type === 'sip' || destination.type === 'tel') return oneCall
    if (destination.type === 'extension') return contactsOf(registrar, customer_id, destination.target)
    // Addresses of an agent name no agents: they would ring in a circle.
    if (destination.type === 'agent' && !isNested) return addressesOf(agents, customer_id, destination.target)
    return unknown
  }
}

/** An extension is meant by its id, or by what is dialled. Every phone of it rings. */
async function contactsOf(registrar: Client<typeof registrarContract>, customer_id: string, target: string): Promise<Legs> {
  const found = ID.test(target)
    ? { id: target.toLowerCase() }
    : await unlessGone(registrar.getExtensionByName({ customer_id, extension: target }))
  if (!found) return unknown
  const { bindings } = await registrar.listBindings({ customer_id, identity_id: found.id })
  if (bindings.length === 0) return absent
  const routes = bindings.map(({ contact, source, flow, node_id }) => [
    { ...plain, destination: contact, registered_at: source, flow, node_id },
  ])
  return { kind: 'calls', routes }
}

async function addressesOf(agents: Client<typeof agentContract>, customer_id: string, target: string): Promise<Legs> {
  const agent = await findAgent(agents, customer_id, target)
  if (!agent) return unknown
  if (agent.addresses.length === 0) return absent
  return { kind: 'groupcall', destinations: agent.addresses, ring_method: agent.ring_method === 'linear' ? 'linear' : 'ring_all' }
}
