import type { EventPayload } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { Tx } from '@voipbin/sql'
import { become } from '../call.ts'
import { startEarly } from '../start-flow.ts'
import { calls } from '../store/calls.ts'

/** The far end rings. */
export async function onChannelProgress(tx: Tx, { data }: EventEnvelope<EventPayload<SwitchContract, 'channel.progress'>>): Promise<void> {
  const call = await calls.find(tx, data.channel_id)
  const changes = call && become(call, 'ringing', tx.now)
  if (call && changes) await calls.update(tx, 'call_ringing', call, { ...changes, ...startEarly(tx, call) })
}
