import type { Topic } from '@voipbin/bus'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Listener } from './listener.ts'

/** One event and one listener that hears it. */
export type Delivery = { readonly event: EventEnvelope; readonly listener: Listener }

export const keyOf = ({ publisher, type }: Topic) => `${publisher} ${type}`

/** The deliveries of a batch: by event as they came, and for each event by listener as the service names them. */
export function deliveriesTo(listeners: readonly Listener[]): (events: readonly EventEnvelope[]) => Delivery[] {
  const hearing = new Map<string, Listener[]>()
  for (const listener of listeners) {
    for (const key of new Set(listener.topics.map(keyOf))) hearing.set(key, [...(hearing.get(key) ?? []), listener])
  }
  return (events) => events.flatMap((event) => (hearing.get(keyOf(event)) ?? []).map((listener) => ({ event, listener })))
}

/** Cuts deliveries, in their order, into those that one transaction may take: of each listener no more than its batch. */
export function groupsOf(deliveries: readonly Delivery[]): Delivery[][] {
  const groups: Delivery[][] = []
  let counts = new Map<Listener, number>()
  for (const delivery of deliveries) {
    const { listener } = delivery
    const count = counts.get(listener) ?? 0
    if (groups.length === 0 || count >= listener.batch) {
      groups.push([])
      counts = new Map()
    }
    groups.at(-1)?.push(delivery)
    counts.set(listener, (counts.get(listener) ?? 0) + 1)
  }
  return groups
}
