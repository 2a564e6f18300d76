import type { EventPayload } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { Tx } from '@voipbin/sql'
import { become } from '../call.ts'
import { startFlow } from '../start-flow.ts'
import { calls } from '../store/calls.ts'

export async function onChannelAnswered(tx: Tx, { data }: EventEnvelope<EventPayload<SwitchContract, 'channel.answered'>>): Promise<void> {
  const call = await calls.find(tx, data.channel_id)
  const changes = call && become(call, 'progressing', tx.now)
  if (call && changes) await calls.update(tx, 'call_progressing', call, { ...changes, ...startFlow(tx, call) })
}
