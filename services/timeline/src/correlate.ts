import { NIL_ID } from '@voipbin/contracts/fields'

export type Link = { readonly resource_id: string; readonly is_own: boolean }
type Told = { readonly publisher: string; readonly type: string; readonly resource_id: string; readonly data: unknown }
type Fields = Readonly<Record<string, unknown>>

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** Fields that name what an event is part of. */
const partOf = ['activeflow_id', 'call_id', 'master_call_id', 'groupcall_id', 'master_groupcall_id', 'channel_id'] as const

/** What an event is found under. Own: its resource, and for what a switch tells, the call whose channel it is. */
export function correlate({ publisher, type, resource_id, data }: Told): Link[] {
  const fields = (data ?? {}) as Fields
  const own = publisher === 'switch' ? channelOf(fields) : resource_id
  const others: unknown[] = partOf.map((name) => fields[name])
  // A recording of a call, and the flow that it runs.
  if (fields['reference_type'] === 'call') others.push(fields['reference_id'])
  if (publisher === 'switch' && type.startsWith('recording.')) others.push(fields['recording_id'])
  const ids = new Set([own, ...others].filter(isId))
  return [...ids].map((id) => ({ resource_id: id, is_own: id === own }))
}

/** A channel has the id of its call, unless it says which that is. */
function channelOf({ call_id, channel_id, subject }: Fields): unknown {
  const { kind, id } = (subject ?? {}) as Fields
  return call_id ?? channel_id ?? (kind === 'channel' || kind === 'bridge' ? id : undefined)
}

const isId = (value: unknown): value is string => typeof value === 'string' && ID.test(value) && value !== NIL_ID
