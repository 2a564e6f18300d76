import type { Channel, ConsumeMessage } from 'amqplib'
import type { Closable, RequestEnvelope, RequestHandler, ServeOptions } from '../bus.ts'
import { requestQueue } from '../names.ts'
import type { BusReports, Dropped } from '../reports.ts'
import { Slots } from '../slots.ts'
import { answer, decodeRequest } from '../wire.ts'
import { AckProof } from './ack-proof.ts'
import type { Connection } from './connection.ts'
import { KeptChannel } from './kept-channel.ts'

/**
 * Gone with its last consumer, so that requests to a service that is not there come back at once; requests that still
 * wait in it go too, and end at their deadline. `expires` removes what a broker restart brings back (no consumer
 * leaves then). Durable only because RabbitMQ is giving up the other kind; its messages are transient.
 */
const QUEUE = { durable: true, autoDelete: true, expires: 10_000 } as const

export type ServingOptions = ServeOptions & {
  readonly service: string
  readonly handler: RequestHandler
  readonly connection: Connection
  readonly reports: BusReports
}

type Delivery = { readonly channel: Channel; readonly message: ConsumeMessage; readonly proof: AckProof }

/** The answering side of requests, for one instance of one service. */
export class Serving implements Closable {
  readonly queue: string
  readonly #options: ServingOptions
  readonly #slots: Slots
  readonly #channel: KeptChannel<Channel>
  #consumerTag = ''
  #isClosing = false

  constructor(options: ServingOptions) {
    this.queue = requestQueue(options.service)
    this.#options = options
    this.#slots = new Slots(options.concurrency)
    this.#channel = new KeptChannel(options.connection, {
      open: (model) => model.createChannel(),
      setUp: (channel) => this.#setUp(channel),
      onError: options.reports.onError,
    })
  }

  get ready(): Promise<void> {
    return this.#channel.ready
  }

  /** No new requests; those in hand, also the waiting ones (with the queue they would be lost), are answered. */
  async close(): Promise<void> {
    this.#isClosing = true
    const channel = this.#channel.current
    // A channel that is gone has no consumer any more.
    await channel?.cancel(this.#consumerTag).catch(() => undefined)
    await this.#slots.idle()
    await this.#channel.close()
  }

  async #setUp(channel: Channel): Promise<void> {
    await channel.prefetch(this.#options.concurrency)
    await this.#consume(channel, new AckProof(channel, this.#options.concurrency))
  }

  async #consume(channel: Channel, proof: AckProof): Promise<void> {
    if (this.#isClosing) return
    await channel.assertQueue(this.queue, QUEUE)
    const { consumerTag } = await channel.consume(this.queue, (message) => {
      if (message) this.#receive({ channel, message, proof })
      else this.#queueDeleted(channel, proof)
    })
    this.#consumerTag = consumerTag
  }

  /** On the same channel, so that replies to requests in hand still go out. */
  #queueDeleted(channel: Channel, proof: AckProof): void {
    this.#consume(channel, proof).catch((error: unknown) => {
      this.#options.reports.onError?.(error)
      this.#channel.renew()
    })
  }

  #receive(delivery: Delivery): void {
    const { message } = delivery
    const request = decodeRequest(message.content.toString())
    if (!request || typeof message.properties.replyTo !== 'string') {
      this.#drop(delivery, 'invalid_request')
      return
    }
    // Redelivered: an instance had it, and may or may not have done it.
    const envelope = message.fields.redelivered ? { ...request, repeated: true } : request
    this.#slots.run(() => this.#work(delivery, envelope))
  }

  async #work(delivery: Delivery, request: RequestEnvelope): Promise<void> {
    if (Date.now() >= request.deadline) {
      this.#drop(delivery, 'late_request')
      return
    }
    const { handler, reports } = this.#options
    const isCommand = this.#isCommand(request.method)
    if (isCommand && !(await delivery.proof.ack(delivery.message))) return
    const reply = await answer(handler, request, reports.onError)
    this.#reply(delivery, Buffer.from(reply), !isCommand)
  }

  /** A newer caller may ask for a method that this release does not know; the handler says so in its reply. */
  #isCommand(method: string): boolean {
    const { commands } = this.#options
    return commands === 'all' || commands.includes(method)
  }

  /** Reply first: should we die between the two, the request comes again. */
  #reply({ channel, message }: Delivery, reply: Buffer, needsAck: boolean): void {
    const { replyTo, correlationId } = message.properties
    try {
      channel.sendToQueue(replyTo, reply, { correlationId, persistent: false })
      if (needsAck) channel.ack(message)
    } catch {
      // The channel is gone: what was not acknowledged goes to another instance, marked as repeated.
      this.#options.reports.onDropped?.('lost_reply', this.queue)
    }
  }

  #drop({ channel, message }: Delivery, why: Dropped): void {
    this.#options.reports.onDropped?.(why, this.queue)
    try {
      channel.ack(message)
    } catch {
      // It comes again and is dropped again.
    }
  }
}
