import type { EventPayload } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { Tx } from '@voipbin/sql'
import { callOfChannel } from '../leg.ts'
import { isWaiting, waitIsOver } from '../wait.ts'

/** Whyever it ended: a playback that the flow waits for is called as the wait is. */
export async function onPlaybackEnded(tx: Tx, { data }: EventEnvelope<EventPayload<SwitchContract, 'playback.ended'>>): Promise<void> {
  if (data.subject.kind !== 'channel' || data.reason === 'channel_ended') return
  const call = await callOfChannel(tx, { channel_id: data.subject.id, call_id: data.call_id })
  if (call && isWaiting(call, data.playback_id)) await waitIsOver(tx, call)
}
