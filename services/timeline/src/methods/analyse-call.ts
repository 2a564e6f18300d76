import { callContract } from '@voipbin/contracts/call'
import { ServiceError } from '@voipbin/contracts/errors'
import { switchContract } from '@voipbin/contracts/switch'
import type { timelineContract } from '@voipbin/contracts/timeline'
import type { Answer, Clients } from '@voipbin/service-kit'
import { qualityOf, sipCallIdsOf, toMessage } from '../sip-analysis.ts'
import { listEvents } from '../store/events.ts'

const LATEST = { page_size: 200, page_token: '' }

/** A switch that is gone, or has forgotten the call, leaves what was measured. */
export function analyseCall(client: Clients): Answer<typeof timelineContract, 'analyseCall'> {
  const calls = client(callContract)
  return async (ctx, { customer_id, call_id }) => {
    const call = await calls.getCall({ id: call_id })
    const { result: events } = await listEvents(ctx.read(), { customer_id, resource_ids: [call_id], isOwn: true }, LATEST)
    const ids = new Set([call.sip_call_id, ...sipCallIdsOf(events)].filter((id) => id !== ''))
    const traced = call.node_id === '' ? [] : await Promise.all([...ids].map((id) => trace(client, call.node_id, id)))
    const messages = traced.flat().toSorted((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0))
    return { sip_messages: messages.map(toMessage), rtcp_stats: qualityOf(events) }
  }
}

async function trace(client: Clients, node: string, sip_call_id: string) {
  try {
    return (await client(switchContract, node).traceCall({ sip_call_id })).messages
  } catch (error) {
    if (error instanceof ServiceError && error.status === 'UNAVAILABLE') return []
    throw error
  }
}
