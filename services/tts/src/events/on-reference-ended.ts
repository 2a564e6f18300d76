import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Tx } from '@voipbin/sql'
import { ended } from '../speaking.ts'
import { speakingIdIn, speakings } from '../store/speakings.ts'

/** The call or room is over, also where its node was lost and told of nothing. */
export async function onReferenceEnded(tx: Tx, { data }: EventEnvelope<{ readonly id: string }>): Promise<void> {
  const id = await speakingIdIn(tx, data.id)
  const speaking = id === undefined ? undefined : await speakings.find(tx, id)
  if (speaking) await ended(tx, speaking)
}
