import type { EventPayload, EventType } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { Tx } from '@voipbin/sql'
import { readMark } from '../marks.ts'
import { ended } from '../speaking.ts'
import { speakings } from '../store/speakings.ts'
import { finish, spokenMessages } from '../store/spoken-messages.ts'
import { saySpoken } from '../work.ts'

type Told<E extends EventType<SwitchContract>> = EventEnvelope<EventPayload<SwitchContract, E>>

/** Streams of others are nobody's here. */
export async function onStreamStarted(tx: Tx, { data }: Told<'stream.started'>): Promise<void> {
  const speaking = await speakings.find(tx, data.stream_id)
  if (speaking?.status === 'initiating') await speakings.update(tx, 'speaking_started', speaking, { status: 'active' })
}

export async function onStreamMark(tx: Tx, { data }: Told<'stream.mark'>): Promise<void> {
  if (!(await speakings.find(tx, data.stream_id))) return
  const { when, messageId } = readMark(data.mark)
  const message = await spokenMessages.find(tx, messageId)
  if (!message || message.speaking_id !== data.stream_id) return
  if (when === 'end') {
    await finish(tx, message, data.is_flushed ? 'flushed' : 'finished')
    tx.schedule(saySpoken, data.stream_id, tx.now, { speaking_id: data.stream_id })
  } else if (!data.is_flushed && message.status !== 'playing')
    await spokenMessages.update(tx, 'message_play_started', message, { status: 'playing' })
}

/** Its call is over, or its node was asked to end it. */
export async function onStreamEnded(tx: Tx, { data }: Told<'stream.ended'>): Promise<void> {
  const speaking = await speakings.find(tx, data.stream_id)
  if (speaking) await ended(tx, speaking)
}
