import type { timelineContract } from '@voipbin/contracts/timeline'
import type { Answer } from '@voipbin/service-kit'
import { listEvents } from '../store/events.ts'

export const listAggregatedEvents: Answer<typeof timelineContract, 'listAggregatedEvents'> = (
  read,
  { customer_id, call_id, activeflow_id, ...page },
) => {
  const resource_ids = [call_id, activeflow_id].filter((id) => id !== undefined)
  return listEvents(read, { customer_id, resource_ids, isOwn: false }, page)
}
