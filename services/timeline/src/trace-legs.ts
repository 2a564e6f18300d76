import { callContract } from '@voipbin/contracts/call'
import { ServiceError } from '@voipbin/contracts/errors'
import { switchContract } from '@voipbin/contracts/switch'
import type { Clients } from '@voipbin/service-kit'
import type { Read } from '@voipbin/sql'
import { sipCallIdsOf, type Traced } from './sip-analysis.ts'
import { listEvents } from './store/events.ts'

const LATEST = { page_size: 200, page_token: '' }

type Asked = { readonly customer_id: string; readonly call_id: string }
type Events = Awaited<ReturnType<typeof listEvents>>['result']

/** The SIP messages of all legs of a call, oldest first, and its latest events. A switch that is gone, or has forgotten the call, has none. */
export async function traceLegs(
  client: Clients,
  read: Read,
  { customer_id, call_id }: Asked,
): Promise<{ readonly messages: Traced[]; readonly events: Events }> {
  const call = await client(callContract).getCall({ id: call_id })
  const { result: events } = await listEvents(read, { customer_id, resource_ids: [call_id], isOwn: true }, LATEST)
  const ids = new Set([call.sip_call_id, ...sipCallIdsOf(events)].filter((id) => id !== ''))
  const traced = call.node_id === '' ? [] : await Promise.all([...ids].map((id) => trace(client, call.node_id, id)))
  const messages = traced.flat().toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0))
  return { messages, events }
}

async function trace(client: Clients, node: string, sip_call_id: string): Promise<Traced[]> {
  try {
    return (await client(switchContract, node).traceCall({ sip_call_id })).messages
  } catch (error) {
    if (error instanceof ServiceError && error.status === 'UNAVAILABLE') return []
    throw error
  }
}
