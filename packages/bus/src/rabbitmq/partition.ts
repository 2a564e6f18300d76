import { setTimeout as wait } from 'node:timers/promises'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Channel, ConsumeMessage } from 'amqplib'
import { BATCH, type EventHandler } from '../bus.ts'
import { subscribeQueue } from '../names.ts'
import { nextPauseMs } from '../pauses.ts'
import type { BusReports } from '../reports.ts'
import { decodeEvent } from '../wire.ts'
import type { Connection } from './connection.ts'
import { KeptChannel } from './kept-channel.ts'

/** Of two instances that both consume, only the first is served: the safety belt while they disagree on who owns what. */
export const SUBSCRIBE_QUEUE = { durable: true, arguments: { 'x-single-active-consumer': true } } as const

export type PartitionOptions = {
  readonly service: string
  readonly index: number
  readonly handler: EventHandler
  readonly connection: Connection
  readonly reports: BusReports
  /** The queue was deleted, and its bindings with it. */
  readonly onQueueDeleted: () => void
}

/** What came on one channel and is not acknowledged, oldest first. Worthless once that channel is gone. */
type Arrivals = { readonly channel: Channel; readonly messages: ConsumeMessage[] }

/**
 * Works on one partition, on a channel of its own: closing it gives everything unacknowledged back to the queue, in
 * place, before the next consumer is served, which a mere cancel would not.
 */
export class Partition {
  readonly #options: PartitionOptions
  readonly #queue: string
  readonly #channel: KeptChannel<Channel>
  readonly #stopping = new AbortController()
  #arrivals: Arrivals | undefined
  #working: Promise<void> | undefined

  constructor(options: PartitionOptions) {
    this.#options = options
    this.#queue = subscribeQueue(options.service, options.index)
    this.#channel = new KeptChannel(options.connection, {
      open: (model) => model.createChannel(),
      setUp: (channel) => this.#consume(channel),
      onError: options.reports.onError,
    })
  }

  /** Resolves when the batch in hand is acknowledged, or refused by the handler: then the next owner gets it. */
  async close(): Promise<void> {
    this.#stopping.abort()
    await this.#working
    await this.#channel.close()
  }

  async #consume(channel: Channel): Promise<void> {
    const arrivals: Arrivals = { channel, messages: [] }
    channel.once('close', () => {
      if (this.#arrivals === arrivals) this.#arrivals = undefined
    })
    this.#arrivals = arrivals
    await channel.assertQueue(this.#queue, SUBSCRIBE_QUEUE)
    // One batch is worked on while the next one comes in.
    await channel.prefetch(2 * BATCH)
    await channel.consume(this.#queue, (message) => {
      if (message) this.#arrive(arrivals, message)
      else this.#queueDeleted()
    })
  }

  #queueDeleted(): void {
    this.#options.onQueueDeleted()
    this.#channel.renew()
  }

  #arrive(arrivals: Arrivals, message: ConsumeMessage): void {
    arrivals.messages.push(message)
    this.#wake()
  }

  get #hasWork(): boolean {
    return (this.#arrivals?.messages.length ?? 0) > 0 && !this.#stopping.signal.aborted
  }

  /** Work starts a microtask later: what the socket brought in one read is handed over in one batch. */
  #wake(): void {
    if (this.#working || !this.#hasWork) return
    this.#working = Promise.resolve()
      .then(() => this.#work())
      .finally(() => {
        this.#working = undefined
        this.#wake()
      })
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping
    let pauseMs = 0
    let size = BATCH
    while (this.#arrivals && this.#hasWork) {
      const batch = this.#arrivals.messages.slice(0, size)
      const isTaken = await this.#offer(this.#arrivals, batch)
      pauseMs = isTaken ? 0 : nextPauseMs(pauseMs)
      // What was refused is offered again as it was, not joined by what came since.
      size = isTaken ? BATCH : batch.length
      if (!isTaken) await wait(pauseMs, undefined, { signal }).catch(() => undefined)
    }
  }

  /** Whether the handler took the batch. Never nacked: the broker would put later events before it. */
  async #offer({ channel, messages }: Arrivals, batch: readonly ConsumeMessage[]): Promise<boolean> {
    const events = batch.map((message) => decodeEvent(message.content.toString()))
    try {
      const valid = events.filter((event): event is EventEnvelope => event !== undefined)
      if (valid.length > 0) await this.#options.handler(valid, this.#options.index)
    } catch (error) {
      this.#options.reports.onError?.(error)
      return false
    }
    for (const event of events) if (!event) this.#options.reports.onDropped?.('invalid_event', this.#queue)
    messages.splice(0, batch.length)
    acknowledge(channel, batch)
    return true
  }
}

function acknowledge(channel: Channel, batch: readonly ConsumeMessage[]): void {
  const last = batch.at(-1)
  try {
    if (last) channel.ack(last, true)
  } catch {
    // The channel died under the handler: the batch comes again on the next one.
  }
}
