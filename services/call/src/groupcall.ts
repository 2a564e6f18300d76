import type { Call, Groupcall } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'

type Group = Pick<Groupcall, 'status' | 'answer_call_id' | 'answer_method'>

/** What an answer is worth: the first one wins; a later one loses, or counts too where nobody is hung up for it. */
export function verdictOn({ status, answer_call_id, answer_method }: Group, callId: string): 'won' | 'lost' | 'counts' {
  if (status !== 'progressing') return 'lost'
  if (answer_call_id === NIL_ID || answer_call_id === callId) return 'won'
  return answer_method === 'hangup_others' ? 'lost' : 'counts'
}

type Counted = Group & Pick<Groupcall, 'call_count' | 'groupcall_count' | 'ring_method' | 'dial_index' | 'destinations'>

/** What follows when something in it has ended: the others go on, the next destination is tried, or all is over. */
export function afterEnd(group: Counted): 'wait' | 'ring_next' | 'end' {
  if (group.call_count + group.groupcall_count > 0 || group.status === 'hangup') return 'wait'
  const isSearching = group.status === 'progressing' && group.answer_call_id === NIL_ID && group.ring_method === 'linear'
  return isSearching && group.dial_index + 1 < group.destinations.length ? 'ring_next' : 'end'
}

/** Destinations to ring at once. */
export const dueOf = ({ ring_method, destinations, dial_index }: Counted) =>
  ring_method === 'linear' ? destinations.slice(dial_index, dial_index + 1) : destinations

type NewGroup = Pick<Groupcall, 'customer_id' | 'source' | 'destinations'> & Partial<Groupcall>

export const newGroupcall = (given: NewGroup): Omit<Groupcall, 'id' | 'tm_create' | 'tm_update' | 'tm_delete' | 'version'> => ({
  ...{ owner_type: '', owner_id: NIL_ID, status: 'progressing', flow_id: NIL_ID, master_call_id: NIL_ID, master_groupcall_id: NIL_ID },
  ...{ ring_method: 'ring_all', answer_method: 'hangup_others', answer_call_id: NIL_ID, call_ids: [], answer_groupcall_id: NIL_ID },
  ...{ groupcall_ids: [], call_count: 0, groupcall_count: 0, dial_index: 0, confbridge_id: NIL_ID, actions: [], variables: {} },
  ...{ is_chained: false, has_early_execution: false, has_early_media: false, anonymous: 'auto', hangup_reason: '', hangup_cause: 0 },
  ...given,
})

/** Ring-back and announcements of the far end are passed on where there is one far end only. */
export const passesEarlyMedia = ({ has_early_media, destinations, call_ids, confbridge_id }: Groupcall) =>
  has_early_media && confbridge_id !== NIL_ID && destinations.length === 1 && call_ids.length === 1

/** What a call of the group takes from it. */
export const childFields = (group: Groupcall) => ({
  ...{ customer_id: group.customer_id, owner_type: group.owner_type, owner_id: group.owner_id },
  ...{ master_call_id: group.master_call_id, source: group.source, flow_id: group.flow_id },
  ...{ actions: group.actions, variables: group.variables, has_early_execution: group.has_early_execution },
  ...{ anonymous: group.anonymous, confbridge_id: group.confbridge_id },
})

export type GroupedCall = Pick<Call, 'id' | 'groupcall_id'>
