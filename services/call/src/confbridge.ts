import type { Confbridge } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'

type Room = Pick<Confbridge, 'type' | 'status' | 'call_ids' | 'flags'>

/** Undefined where it changes nothing: news may come twice, and to a room that is over. */
export const joinedBy = ({ status, call_ids }: Room, callId: string): Partial<Confbridge> | undefined =>
  status !== 'progressing' || call_ids.includes(callId) ? undefined : { call_ids: [...call_ids, callId], joined_call_id: callId }

export const leftBy = ({ call_ids }: Room, callId: string): Partial<Confbridge> | undefined =>
  call_ids.includes(callId) ? { call_ids: call_ids.filter((id) => id !== callId), leaved_call_id: callId } : undefined

/** Who is left alone in it has nobody to talk to. */
export const isDeserted = ({ type, status, call_ids, flags }: Room): boolean =>
  type === 'connect' && status === 'progressing' && call_ids.length <= 1 && !flags.includes('no_auto_leave')

type NewRoom = Pick<Confbridge, 'id' | 'customer_id' | 'type' | 'reference_type' | 'reference_id'> & Partial<Confbridge>

export const newConfbridge = (given: NewRoom): Omit<Confbridge, 'tm_create' | 'tm_update' | 'tm_delete' | 'version'> => ({
  ...{ status: 'progressing', call_ids: [], joined_call_id: NIL_ID, leaved_call_id: NIL_ID, flags: [] },
  ...{ recording_id: NIL_ID, recording_ids: [], node_id: '', epoch: NIL_ID, affinity: given.id },
  ...given,
})
