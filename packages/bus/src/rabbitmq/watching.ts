import { randomBytes } from 'node:crypto'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Channel, ConsumeMessage } from 'amqplib'
import type { Closable, Topic } from '../bus.ts'
import { eventExchange } from '../names.ts'
import type { BusReports } from '../reports.ts'
import { decodeEvent } from '../wire.ts'
import type { Connection } from './connection.ts'
import { KeptChannel } from './kept-channel.ts'
import { declareExchange } from './publishing.ts'

/** An instance that does not keep up loses the oldest, which at most once allows, before it fills the broker. */
const WATCH_QUEUE = { exclusive: true, autoDelete: true, durable: false, maxLength: 50_000 } as const

export type WatchingOptions = {
  readonly instance: string
  readonly topics: readonly Topic[]
  readonly handler: (event: EventEnvelope) => void
  readonly connection: Connection
  readonly reports: BusReports
}

/** Every matching event for this instance, from a queue that lives and dies with its connection. */
export class Watching implements Closable {
  readonly #options: WatchingOptions
  readonly #channel: KeptChannel<Channel>

  constructor(options: WatchingOptions) {
    this.#options = options
    this.#channel = new KeptChannel(options.connection, {
      open: (model) => model.createChannel(),
      setUp: (channel) => this.#consume(channel),
      onError: options.reports.onError,
    })
  }

  get ready(): Promise<void> {
    return this.#channel.ready
  }

  close(): Promise<void> {
    return this.#channel.close()
  }

  async #consume(channel: Channel): Promise<void> {
    const { instance, topics } = this.#options
    // A new name each time: the broker may still hold the queue of a connection whose death it has not noticed.
    const queue = `bin-manager.watch.${instance}.${randomBytes(6).toString('hex')}`
    await channel.assertQueue(queue, WATCH_QUEUE)
    for (const publisher of new Set(topics.map((topic) => topic.publisher))) await declareExchange(channel, publisher)
    for (const { publisher, type } of topics) await channel.bindQueue(queue, eventExchange(publisher), `*.${type}`)
    await channel.consume(queue, (message) => (message ? this.#receive(queue, message) : this.#channel.renew()), { noAck: true })
  }

  #receive(queue: string, message: ConsumeMessage): void {
    const { handler, reports } = this.#options
    const event = decodeEvent(message.content.toString())
    try {
      if (event) handler(event)
      else reports.onDropped?.('invalid_event', queue)
    } catch (error) {
      reports.onError?.(error)
    }
  }
}
