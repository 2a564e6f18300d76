import type { Channel } from 'amqplib'
import { type EventHandler, PARTITIONS, type Subscription, type Topic } from '../bus.ts'
import { eventExchange, subscribeQueue } from '../names.ts'
import type { BusReports } from '../reports.ts'
import type { Connection } from './connection.ts'
import { KeptChannel } from './kept-channel.ts'
import { Partition, SUBSCRIBE_QUEUE } from './partition.ts'
import { declareExchange } from './publishing.ts'

export type SubscribingOptions = {
  readonly service: string
  readonly topics: readonly Topic[]
  readonly handler: EventHandler
  readonly connection: Connection
  readonly reports: BusReports
}

/**
 * One instance's subscription. The queues are bound once `ready`, whoever owns the partitions, so nothing published
 * from then on is lost. Bindings that this release does not want are left alone: an older replica may still live on
 * them. So the handler may meet types that it never asked for.
 */
export class Subscribing implements Subscription {
  readonly queues: readonly string[]
  readonly #options: SubscribingOptions
  readonly #declaration: KeptChannel<Channel>
  readonly #owned = new Map<number, Partition>()
  /** Changes of ownership, one after the other. */
  #changing: Promise<void> = Promise.resolve()
  #isClosed = false

  constructor(options: SubscribingOptions) {
    this.#options = options
    this.queues = Array.from({ length: PARTITIONS }, (_, partition) => subscribeQueue(options.service, partition))
    this.#declaration = new KeptChannel(options.connection, {
      open: (model) => model.createChannel(),
      setUp: (channel) => this.#declare(channel),
      onError: options.reports.onError,
    })
  }

  get ready(): Promise<void> {
    return this.#declaration.ready
  }

  own(partitions: readonly number[]): Promise<void> {
    const wanted = new Set(partitions)
    this.#changing = this.#changing.then(() => this.#change(this.#isClosed ? new Set() : wanted))
    return this.#changing
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await this.own([])
    await this.#declaration.close()
  }

  async #change(wanted: ReadonlySet<number>): Promise<void> {
    for (const index of wanted) {
      if (!this.#owned.has(index)) this.#owned.set(index, this.#open(index))
    }
    const lost = [...this.#owned].filter(([index]) => !wanted.has(index))
    for (const [index] of lost) this.#owned.delete(index)
    await Promise.all(lost.map(([, partition]) => partition.close()))
  }

  #open(index: number): Partition {
    return new Partition({ ...this.#options, index, onQueueDeleted: () => this.#declaration.renew() })
  }

  async #declare(channel: Channel): Promise<void> {
    const publishers = new Set(this.#options.topics.map((topic) => topic.publisher))
    for (const publisher of publishers) await declareExchange(channel, publisher)
    for (const [partition, queue] of this.queues.entries()) {
      await channel.assertQueue(queue, SUBSCRIBE_QUEUE)
      for (const { publisher, type } of this.#options.topics) {
        await channel.bindQueue(queue, eventExchange(publisher), `${partition}.${type}`)
      }
    }
  }
}
