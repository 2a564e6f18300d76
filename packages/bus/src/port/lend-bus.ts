import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Bus, Closable, ReplyEnvelope, RequestEnvelope, ServeOptions, Subscription, TextHandler, Topic } from '../bus.ts'
import { type Answers, openAsking, type Port } from './asking.ts'

/** A bus that another thread uses. */
export type LentBus = {
  /** What the other thread has opened is closed, and what is asked of it fails: it is gone. */
  takeBack(error: unknown): Promise<void>
}

/** Lends a bus to the other end of the port, where `createPortBus` makes it one again. */
export function lendBus(bus: Bus, port: Port): LentBus {
  const opened = new Map<number, Closable>()
  const subscriptions = new Map<number, Subscription>()
  const asking = openAsking(port, { ...asked(bus), ...openings() })

  function openings(): Answers {
    return {
      async serve(key: number, service: string, options: ServeOptions) {
        const handler = async (request: RequestEnvelope) =>
          JSON.parse(await asking.ask<string>('handle', key, JSON.stringify(request))) as ReplyEnvelope
        opened.set(key, await bus.serve(service, handler, options))
      },
      async subscribe(key: number, service: string, topics: readonly Topic[]) {
        const subscription = await subscribeTexts(bus, service, topics, (texts, partition) => asking.ask('take', key, partition, texts))
        opened.set(key, subscription)
        subscriptions.set(key, subscription)
      },
      own: (key: number, partitions: readonly number[]) => subscriptions.get(key)?.own(partitions),
      async watch(key: number, topics: readonly Topic[]) {
        opened.set(key, await bus.watch(topics, (event) => asking.tell('hear', key, JSON.stringify(event))))
      },
      async close(key: number) {
        const closable = opened.get(key)
        opened.delete(key)
        subscriptions.delete(key)
        await closable?.close()
      },
    }
  }

  return {
    async takeBack(error) {
      asking.giveUp(error)
      await Promise.all([...opened.values()].map((closable) => closable.close()))
    },
  }
}

const subscribeTexts = (bus: Bus, service: string, topics: readonly Topic[], handler: TextHandler): Promise<Subscription> =>
  bus.subscribeTexts?.(service, topics, handler) ??
  bus.subscribe(service, topics, (events, partition) =>
    handler(
      events.map((event) => JSON.stringify(event)),
      partition,
    ),
  )

const asked = (bus: Bus): Answers => ({
  request: async (text: string) => JSON.stringify(await bus.request(JSON.parse(text) as RequestEnvelope)),
  publish: (text: string) => bus.publish(JSON.parse(text) as EventEnvelope[]),
  ping: () => bus.ping(),
  queueDepths: () => bus.queueDepths(),
})
