import type { Address } from '@voipbin/contracts/address'
import { directContract } from '@voipbin/contracts/direct'
import { unlessGone } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { type Action, action } from '@voipbin/contracts/flow-actions'
import { numberPort } from '@voipbin/contracts/number-port'
import type { Client, Clients } from '@voipbin/service-kit'
import { type Offered, wantedBy } from './destination.ts'

/** What an incoming call runs, and whose it is. */
export type Routed = {
  readonly customer_id: string
  readonly flow_id: string
  /** Where there is no flow. */
  readonly actions: readonly Action[]
  readonly destination: Address
}

export type RouteIncoming = (offered: Offered) => Promise<Routed | undefined>

/** Which flow answers a call. Undefined: nothing here is called so. */
export function createRouteIncoming(client: Clients): RouteIncoming {
  const numbers = client(numberPort)
  const directs = client(directContract)
  return async (offered) => {
    // A carrier of the platform's is known, too, and is no customer's.
    const isOwn = offered.identified_by !== 'none' && offered.customer_id !== NIL_ID
    const wanted = wantedBy(offered, isOwn)
    if (wanted.kind === 'number') {
      const found = await ofNumber(numbers, wanted.number)
      return isOwn && found?.customer_id !== offered.customer_id ? outTo(offered, wanted.number) : found
    }
    if (wanted.kind === 'direct') return ofDirect(directs, wanted.hash)
    if (wanted.kind === 'nothing') return undefined
    return { customer_id: offered.customer_id, flow_id: NIL_ID, actions: connecting(wanted.address), destination: wanted.address }
  }
}

async function ofNumber(numbers: Client<typeof numberPort>, target: string): Promise<Routed | undefined> {
  const { number } = await numbers.findNumber({ number: target })
  if (!number || number.call_flow_id === NIL_ID) return undefined
  const destination: Address = { type: 'tel', target, target_name: '', name: '', detail: '' }
  return { customer_id: number.customer_id, flow_id: number.call_flow_id, actions: [], destination }
}

/** A phone or trunk of the customer's calls somebody else's number: it hears what is heard there, and why nobody answers. */
function outTo({ customer_id }: Offered, target: string): Routed {
  const destination: Address = { type: 'tel', target, target_name: '', name: '', detail: '' }
  const option = { destinations: [destination], early_media: true, relay_reason: true }
  return { customer_id, flow_id: NIL_ID, actions: [action.parse({ type: 'connect', option })], destination }
}

async function ofDirect(directs: Client<typeof directContract>, hash: string): Promise<Routed | undefined> {
  const found = await unlessGone(directs.getDirectByHash({ hash }))
  if (!found) return undefined
  const { customer_id, resource_type, resource_id } = found
  const destination = { type: 'sip', target: hash, target_name: '', name: '', detail: '' } as const
  if (resource_type === 'flow') return { customer_id, flow_id: resource_id, actions: [], destination }
  if (resource_type !== 'agent' && resource_type !== 'extension') return undefined
  return { customer_id, flow_id: NIL_ID, actions: connecting({ ...destination, type: resource_type, target: resource_id }), destination }
}

/** Who calls somebody directly hears why nobody answers. */
const connecting = (address: Address): Action[] => [
  action.parse({ type: 'connect', option: { destinations: [address], relay_reason: true } }),
]
