import { notFound } from '@voipbin/contracts/errors'
import type { timelineContract } from '@voipbin/contracts/timeline'
import type { Answer } from '@voipbin/service-kit'
import { listEvents } from '../store/events.ts'

export const listResourceEvents: Answer<typeof timelineContract, 'listResourceEvents'> = async (
  read,
  { customer_id, resource_type, resource_id, ...page },
) => {
  const found = await listEvents(read, { customer_id, resource_ids: [resource_id], isOwn: true }, page)
  if (found.result.length === 0 && page.page_token === '') throw notFound(resource_type.slice(0, -1), resource_id)
  return found
}
