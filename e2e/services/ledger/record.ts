import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Tx } from '@voipbin/sql'
import { isPoisoned, recordApplied } from './store.ts'

/** Writes the event down, then throws while its resource is poisoned: what was written must be gone with the rest. */
export async function record(tx: Tx, event: EventEnvelope): Promise<void> {
  await recordApplied(tx, event)
  if (await isPoisoned(tx, event.resource_id, event.sequence))
    throw new Error(`Cannot record "${event.type}": ${event.sequence} of "${event.resource_id}" is poisoned`)
}
