import type { EventPayload } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { Tx } from '@voipbin/sql'
import { forgetStream } from '../forget-stream.ts'

export async function onStreamEnded(tx: Tx, { data }: EventEnvelope<EventPayload<SwitchContract, 'stream.ended'>>): Promise<void> {
  if (data.subject.kind === 'channel' && data.reason !== 'channel_ended')
    await forgetStream(tx, data.call_id ?? data.subject.id, data.stream_id)
}
