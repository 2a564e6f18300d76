import type { EventEnvelope } from '@voipbin/contracts/event'
import { partitionOf } from './bus.ts'

/* Queues and exchanges as the platform spells them: `bin-manager.<service>.<use>`. */

export const requestQueue = (service: string) => `bin-manager.${service}.request`
export const eventExchange = (publisher: string) => `bin-manager.${publisher}.event`
export const subscribeQueue = (service: string, partition: number) => `bin-manager.${service}.subscribe.${partition}`

/** `<partition>.<type>`: a subscriber binds one queue a partition, a watcher binds `*.<type>`. */
export const routingKey = (event: EventEnvelope) => `${partitionOf(event.order_key)}.${event.type}`
