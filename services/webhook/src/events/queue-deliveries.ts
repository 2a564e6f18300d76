import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Tx } from '@voipbin/sql'
import { destinationsOf } from '../destinations.ts'
import { deliver, queueKey } from '../jobs/deliver.ts'
import type { PublicEvent } from '../public-events.ts'
import { insertDelivery } from '../store/deliveries.ts'
import { joinQueue } from '../store/queues.ts'
import { keepActiveflow } from './keep-activeflow.ts'

/** Puts a public event behind those before it, for each destination of its customer. */
export function queueDeliveries(events: readonly PublicEvent[]): (tx: Tx, event: EventEnvelope) => Promise<void> {
  const projections = new Map(events.map(({ publisher, type, project }) => [`${publisher} ${type}`, project]))
  return async (tx, event) => {
    const project = projections.get(`${event.publisher} ${event.type}`)
    if (!project || event.customer_id === '') return
    await keepActiveflow(tx, event)
    const destinations = await destinationsOf(tx, event)
    if (destinations.length === 0) return
    const body = JSON.stringify({ type: event.type, data: project(event.data) })
    // What order the bus promises, the receiver gets: by order key and publisher.
    const order_key = `${event.publisher}:${event.order_key}`
    for (const { id: destination_id, customer_id } of destinations) {
      const queue = { destination_id, order_key }
      const { position, isFirst } = await joinQueue(tx, queue)
      const { id: event_id, type: event_type, resource_id } = event
      const tm_next = isFirst ? tx.now : null
      await insertDelivery(tx, { ...queue, ...{ customer_id, event_id, event_type, resource_id, position, tm_next, body } })
      if (isFirst) tx.schedule(deliver, queueKey(queue), tx.now, { customer_id, ...queue })
    }
  }
}
