import type { EventPayload } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { Tx } from '@voipbin/sql'
import { closeCall } from '../end-call.ts'
import { calls } from '../store/calls.ts'

export async function onChannelEnded(tx: Tx, { data }: EventEnvelope<EventPayload<SwitchContract, 'channel.ended'>>): Promise<void> {
  const call = await calls.find(tx, data.channel_id)
  if (call) await closeCall(tx, call, data.end)
}
