import type { EventEnvelope } from '@voipbin/contracts/event'
import type { QueueDepth, Subscription, TextHandler, Topic } from '../bus.ts'
import { EventGroup } from './event-group.ts'
import { topicKey } from './watches.ts'
import type { World } from './world.ts'

/**
 * Hands events to the services that ever subscribed. A service's group outlives its subscriptions, as durable queues
 * would: what is published while none of its instances listens waits for the next one.
 */
export class LocalEvents {
  readonly #world: World
  readonly #groups = new Map<string, EventGroup>()

  constructor(world: World) {
    this.#world = world
  }

  /** Resolves when every group has taken every event; rejects when one closed before. */
  async publish(events: readonly EventEnvelope[]): Promise<void> {
    const taken: Promise<void>[] = []
    for (const event of events) {
      const key = topicKey(event)
      let text: string | undefined
      for (const group of this.#groups.values()) {
        if (!group.topics.has(key)) continue
        text ??= JSON.stringify(event)
        taken.push(group.push(event.order_key, text))
      }
    }
    await Promise.all(taken)
  }

  subscribe(service: string, topics: readonly Topic[], handler: TextHandler): Subscription {
    const group = this.#groups.get(service) ?? new EventGroup(service, this.#world)
    this.#groups.set(service, group)
    for (const topic of topics) group.topics.add(topicKey(topic))
    return group.join(handler)
  }

  depths(): QueueDepth[] {
    return [...this.#groups.values()].flatMap((group) => group.depths())
  }

  async close(): Promise<void> {
    await Promise.all([...this.#groups.values()].map((group) => group.close()))
  }
}
