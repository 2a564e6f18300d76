import { type Bus, PARTITIONS, type Subscription, type Topic } from '@voipbin/bus'
import type { Contract } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'

/** Every event of some contracts, as a durable subscriber of its own sees them: the order per key can be judged from it. */
export type EventLog = { readonly events: readonly EventEnvelope[]; close(): Promise<void> }

export async function recordEvents(bus: Bus, contracts: readonly Contract[], name = 'recorder'): Promise<EventLog> {
  const topics: Topic[] = contracts.flatMap(({ service, events }) => Object.keys(events).map((type) => ({ publisher: service, type })))
  const events: EventEnvelope[] = []
  const subscription: Subscription = await bus.subscribe(name, topics, async (batch) => void events.push(...batch))
  await subscription.own(Array.from({ length: PARTITIONS }, (_, partition) => partition))
  return { events, close: () => subscription.close() }
}
