import type { TopicsByScope } from './event-topics.ts'
import type { Topic } from './topic.ts'

/** One event as a frame, made at most once for each form in which sockets want it. */
export type Message = { readonly bare: () => Buffer; readonly enveloped: () => Buffer }
export type Subscriber = { send(message: Message): void }

/** Who wants what. Sockets are found by scope, so that an event costs nothing for those of other tenants. */
export type Hub = {
  subscribe(subscriber: Subscriber, topic: Topic): void
  unsubscribe(subscriber: Subscriber, topic: Topic): void
  /** Sends to each subscriber of one of the topics, once. */
  publish(topics: TopicsByScope, message: () => Message): void
}

export function createHub(): Hub {
  const scopes = new Map<string, Map<Subscriber, Set<string>>>()
  return {
    subscribe(subscriber, { scope, text }) {
      const subscribers = scopes.get(scope) ?? new Map<Subscriber, Set<string>>()
      scopes.set(scope, subscribers)
      subscribers.set(subscriber, (subscribers.get(subscriber) ?? new Set()).add(text))
    },
    unsubscribe(subscriber, { scope, text }) {
      const subscribers = scopes.get(scope)
      const texts = subscribers?.get(subscriber)
      texts?.delete(text)
      if (texts?.size === 0) subscribers?.delete(subscriber)
      if (subscribers?.size === 0) scopes.delete(scope)
    },
    publish(topics, makeMessage) {
      let message: Message | undefined
      const reached = new Set<Subscriber>()
      for (const [scope, ofEvent] of topics) {
        for (const [subscriber, wanted] of scopes.get(scope) ?? []) {
          if (reached.has(subscriber) || !isWanted(wanted, ofEvent)) continue
          reached.add(subscriber)
          message ??= makeMessage()
          subscriber.send(message)
        }
      }
    },
  }
}

function isWanted(wanted: ReadonlySet<string>, ofEvent: readonly string[]): boolean {
  for (const beginning of wanted) if (ofEvent.some((topic) => topic.startsWith(beginning))) return true
  return false
}
