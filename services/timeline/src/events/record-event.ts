import type { EventEnvelope } from '@voipbin/contracts/event'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Tx } from '@voipbin/sql'
import { correlate } from '../correlate.ts'
import { forgetEvents } from '../jobs/forget-events.ts'
import type { RecordedEvent } from '../recorded-events.ts'
import { insertEvent } from '../store/events.ts'

/** What is to be forgotten waits until a start, or a rush of events, is over. */
const LATER_MS = 60_000

/** Keeps an event as a customer may see it. What is nobody's, nobody could ask for. */
export function recordEvent(events: readonly RecordedEvent[]): (tx: Tx, event: EventEnvelope) => Promise<void> {
  const projections = new Map(events.map(({ publisher, type, project }) => [`${publisher} ${type}`, project]))
  let scheduledFor = ''
  return async (tx, event) => {
    const { id, time, type, publisher, customer_id, resource_id, data } = event
    const project = projections.get(`${publisher} ${type}`)
    if (!project || customer_id === '') return
    const found = { publisher, event_type: type, resource_id, timestamp: time }
    await insertEvent(tx, { id, customer_id, ...found, data: JSON.stringify(project(data)), links: correlate(event) })
    const day = tx.now.slice(0, 10)
    if (day === scheduledFor) return
    tx.schedule(forgetEvents, day, addMilliseconds(tx.now, LATER_MS), {})
    // A transaction that fails takes this with it; tomorrow comes the next.
    scheduledFor = day
  }
}
