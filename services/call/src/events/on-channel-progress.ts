import type { Call } from '@voipbin/contracts/call-entities'
import type { EventPayload } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { Tx } from '@voipbin/sql'
import { bringCaller } from '../answer-groupcall.ts'
import { become } from '../call.ts'
import { passesEarlyMedia } from '../groupcall.ts'
import { callOfChannel } from '../leg.ts'
import { reached } from '../next-way.ts'
import { startEarly } from '../start-flow.ts'
import { calls } from '../store/calls.ts'
import { groupcalls } from '../store/groupcalls.ts'

/** The far end rings, or is heard already. */
export async function onChannelProgress(tx: Tx, { data }: EventEnvelope<EventPayload<SwitchContract, 'channel.progress'>>): Promise<void> {
  const call = await callOfChannel(tx, data)
  if (!call) return
  if (data.has_early_media && (await isPassedOn(tx, call))) await bringCaller(tx, call)
  const changes = become(call, 'ringing', tx.now)
  const heard = data.has_early_media ? reached(call) : {}
  if (changes) await calls.update(tx, 'call_ringing', call, { ...changes, ...heard, ...startEarly(tx, call) })
  else if (heard.dialroutes) await calls.update(tx, 'call_updated', call, heard)
}

async function isPassedOn(tx: Tx, { groupcall_id, status }: Call): Promise<boolean> {
  const group =
    groupcall_id === NIL_ID || (status !== 'dialing' && status !== 'ringing') ? undefined : await groupcalls.find(tx, groupcall_id)
  return group !== undefined && passesEarlyMedia(group)
}
