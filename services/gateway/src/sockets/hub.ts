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

type Subscribers = ReadonlySet<Subscriber>

export function createHub(): Hub {
  /** By scope, then by the text that was asked for: what a thousand sockets ask for alike is compared once. */
  const scopes = new Map<string, Map<string, Set<Subscriber>>>()
  return {
    subscribe(subscriber, { scope, text }) {
      const texts = scopes.get(scope) ?? new Map<string, Set<Subscriber>>()
      scopes.set(scope, texts)
      texts.set(text, (texts.get(text) ?? new Set()).add(subscriber))
    },
    unsubscribe(subscriber, { scope, text }) {
      const texts = scopes.get(scope)
      const subscribers = texts?.get(text)
      subscribers?.delete(subscriber)
      if (subscribers?.size === 0) texts?.delete(text)
      if (texts?.size === 0) scopes.delete(scope)
    },
    publish(topics, makeMessage) {
      const wanting: Subscribers[] = []
      for (const [scope, ofEvent] of topics) {
        for (const [text, subscribers] of scopes.get(scope) ?? []) if (isWanted(text, ofEvent)) wanting.push(subscribers)
      }
      const reached = united(wanting)
      if (reached.size === 0) return
      const message = makeMessage()
      for (const subscriber of reached) subscriber.send(message)
    },
  }
}

const isWanted = (beginning: string, ofEvent: readonly string[]): boolean => ofEvent.some((topic) => topic.startsWith(beginning))

const nobody: Subscribers = new Set()

/** Whoever is in one of them, once. A copy is made only where it must be. */
function united([first = nobody, ...others]: readonly Subscribers[]): Subscribers {
  return others.length === 0 ? first : others.reduce((all, each) => all.union(each), first)
}
