import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Closable, Topic } from '../bus.ts'
import type { World } from './world.ts'

type Watcher = (text: string) => void

export class LocalWatches {
  readonly #world: World
  readonly #watchers = new Map<string, Set<Watcher>>()

  constructor(world: World) {
    this.#world = world
  }

  /** Never inside the call of the publisher: there would be none between processes either. */
  publish(event: EventEnvelope): void {
    const watchers = this.#watchers.get(topicKey(event))
    if (!watchers?.size) return
    const text = JSON.stringify(event)
    queueMicrotask(() => {
      for (const watcher of watchers) watcher(text)
    })
  }

  watch(topics: readonly Topic[], handler: (event: EventEnvelope) => void): Closable {
    const inOwnContext = AsyncLocalStorage.snapshot()
    const watcher: Watcher = (text) => {
      try {
        inOwnContext(handler, JSON.parse(text) as EventEnvelope)
      } catch (error) {
        this.#world.onError?.(error)
      }
    }
    for (const topic of topics) this.#of(topicKey(topic)).add(watcher)
    return {
      close: async () => {
        for (const topic of topics) this.#of(topicKey(topic)).delete(watcher)
      },
    }
  }

  close(): void {
    for (const watchers of this.#watchers.values()) watchers.clear()
  }

  #of(key: string): Set<Watcher> {
    const watchers = this.#watchers.get(key) ?? new Set()
    this.#watchers.set(key, watchers)
    return watchers
  }
}

/** Type alone would mix publishers; a space is in no name. */
export function topicKey(topic: Topic): string {
  return `${topic.publisher} ${topic.type}`
}
