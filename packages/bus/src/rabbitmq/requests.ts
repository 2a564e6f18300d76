import type { Channel, ConsumeMessage, Message } from 'amqplib'
import { type ReplyEnvelope, type RequestEnvelope, TransportError } from '../bus.ts'
import { requestQueue } from '../names.ts'
import { LONGEST_TIMER_MS } from '../pauses.ts'
import type { BusReports } from '../reports.ts'
import { decodeReply } from '../wire.ts'
import type { Connection } from './connection.ts'
import { KeptChannel } from './kept-channel.ts'

/** RabbitMQ's direct reply-to: a pseudo queue whose messages come on the channel that published the request. */
const REPLY_TO = 'amq.rabbitmq.reply-to'

type Pending = {
  readonly method: string
  readonly timer: NodeJS.Timeout
  readonly resolve: (reply: ReplyEnvelope) => void
  readonly reject: (error: TransportError) => void
}

/** The asking side of requests. Nothing is buffered: while the broker is away, a request fails at once. */
export class Requests {
  readonly #connection: Connection
  readonly #reports: BusReports
  readonly #channel: KeptChannel<Channel>
  readonly #pending = new Map<string, Pending>()
  #sent = 0

  constructor(connection: Connection, reports: BusReports) {
    this.#connection = connection
    this.#reports = reports
    this.#channel = new KeptChannel(connection, {
      open: (model) => model.createChannel(),
      setUp: (channel) => this.#listen(channel),
      onLost: () => this.#failAll('The connection to the broker was lost'),
      onError: reports.onError,
    })
  }

  get ready(): Promise<void> {
    return this.#channel.ready
  }

  request(request: RequestEnvelope): Promise<ReplyEnvelope> {
    return new Promise((resolve, reject) => {
      const channel = this.#channel.current
      if (!channel || this.#connection.isBlocked) throw new TransportError('closed', `Cannot send "${request.method}": the broker is away`)
      const remainingMs = request.deadline - Date.now()
      if (remainingMs <= 0) throw new TransportError('timeout', `Deadline passed before "${request.method}" was sent`)
      const content = Buffer.from(JSON.stringify(request))
      const correlationId = (this.#sent++).toString(36)
      const expiration = Math.min(remainingMs, LONGEST_TIMER_MS)
      const timer = setTimeout(() => this.#expire(correlationId), expiration)
      this.#pending.set(correlationId, { method: request.method, timer, resolve, reject })
      this.#send(channel, requestQueue(request.service), content, { correlationId, expiration })
    })
  }

  async close(): Promise<void> {
    await this.#channel.close()
    this.#failAll('The bus was closed')
  }

  async #listen(channel: Channel): Promise<void> {
    channel.on('return', (message: Message) => this.#returned(message))
    await channel.consume(REPLY_TO, (message) => message && this.#receive(message), { noAck: true })
  }

  #receive(message: ConsumeMessage): void {
    const reply = decodeReply(message.content.toString())
    const pending = reply && this.#take(message)
    if (pending) pending.resolve(reply)
    else this.#reports.onDropped?.(reply ? 'unclaimed_reply' : 'invalid_reply', REPLY_TO)
  }

  /** No such queue: nobody serves it, so it is surely not done. */
  #returned(message: Message): void {
    const pending = this.#take(message)
    pending?.reject(new TransportError('unroutable', `Nobody serves "${message.fields.routingKey}"`))
  }

  #take(message: Message): Pending | undefined {
    const id: unknown = message.properties.correlationId
    const pending = typeof id === 'string' ? this.#pending.get(id) : undefined
    if (!pending) return undefined
    clearTimeout(pending.timer)
    this.#pending.delete(id as string)
    return pending
  }

  #expire(correlationId: string): void {
    const pending = this.#pending.get(correlationId)
    this.#pending.delete(correlationId)
    pending?.reject(new TransportError('timeout', `No reply to "${pending.method}" within its deadline`))
  }

  #failAll(cause: string): void {
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    for (const { method, timer, reject } of pending) {
      clearTimeout(timer)
      reject(new TransportError('closed', `No reply to "${method}": ${cause}`))
    }
  }

  #send(channel: Channel, queue: string, content: Buffer, id: { correlationId: string; expiration: number }): void {
    try {
      channel.sendToQueue(queue, content, { ...id, replyTo: REPLY_TO, mandatory: true, persistent: false })
    } catch {
      // amqplib throws on a channel that is closing; all that is pending on it goes the same way.
      this.#failAll('The connection to the broker was lost')
    }
  }
}
