import { AmqpConnectionManagerClass } from 'amqp-connection-manager'
import type { ChannelModel } from 'amqplib'
import { TransportError } from '../bus.ts'
import type { BusReports } from '../reports.ts'

/** Both ends send when nothing else did, and call a connection dead after two missed beats. */
const HEARTBEAT_S = 10
const RECONNECT_S = 0.5
/** Of one attempt: socket, TLS and AMQP handshake. */
const HANDSHAKE_TIMEOUT_MS = 10_000
/** At the start, the broker may come up later than the services. */
const FIRST_CONNECT_TIMEOUT_MS = 30_000
/** A broker that does not answer the closing handshake is left. */
const CLOSE_TIMEOUT_MS = 3000

export type ConnectionOptions = {
  readonly url: string
  /** Name of this process in the broker's list of connections. */
  readonly instance: string
  /** What the connection is for: `requests`, `serving`, `events`. */
  readonly use: string
  readonly reports: BusReports
}

/** The error of whoever needs the broker while it is away. */
export const away = (message: string, cause?: unknown) => new TransportError('closed', message, { cause })

/** One connection to the broker that comes back by itself; channels are kept on it by `KeptChannel`. */
export class Connection {
  readonly #manager: AmqpConnectionManagerClass
  readonly #use: string
  readonly #reports: BusReports
  #isBlocked = false
  #isFailing = false

  /** @throws TransportError when the broker does not let us in within 30 s, or refuses the credentials. */
  static async open(options: ConnectionOptions): Promise<Connection> {
    const connection = new Connection(options)
    try {
      await connection.#manager.connect({ timeout: FIRST_CONNECT_TIMEOUT_MS })
      return connection
    } catch (cause) {
      await connection.close()
      throw away(`Cannot connect to RabbitMQ at "${new URL(options.url).host}"`, cause)
    }
  }

  private constructor({ url, instance, use, reports }: ConnectionOptions) {
    this.#use = use
    this.#reports = reports
    this.#manager = new AmqpConnectionManagerClass([url], {
      heartbeatIntervalInSeconds: HEARTBEAT_S,
      reconnectTimeInSeconds: RECONNECT_S,
      connectionOptions: {
        // Without it Nagle's algorithm and delayed acknowledgements make every round trip 41 ms.
        noDelay: true,
        keepAlive: true,
        timeout: HANDSHAKE_TIMEOUT_MS,
        clientProperties: { connection_name: `${instance} ${use}` },
      },
    })
    this.#report()
  }

  #report(): void {
    const log = (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
      this.#reports.log?.(message, { connection: this.#use, ...fields })
    this.#manager.on('connect', () => {
      this.#isBlocked = false
      this.#isFailing = false
      log('RabbitMQ connected')
    })
    this.#manager.on('disconnect', ({ err }) => log('RabbitMQ connection lost', { cause: err?.message }))
    this.#manager.on('connectFailed', ({ err }) => {
      // Once an outage; it is tried twice a second.
      if (!this.#isFailing) log('RabbitMQ cannot be reached', { cause: err?.message })
      this.#isFailing = true
    })
    this.#manager.on('blocked', ({ reason }) => {
      this.#isBlocked = true
      log('RabbitMQ takes no messages from us', { cause: reason })
    })
    this.#manager.on('unblocked', () => {
      this.#isBlocked = false
      log('RabbitMQ takes messages again')
    })
  }

  /** What channels are opened on; undefined while away. */
  get model(): ChannelModel | undefined {
    return this.#manager.connection
  }

  /** The broker is short of memory or disk: it is there, but reads nothing that we publish. */
  get isBlocked(): boolean {
    return this.#isBlocked
  }

  /** Calls back on every connect from now on; returns what stops that. */
  onConnect(listener: () => void): () => void {
    this.#manager.on('connect', listener)
    return () => this.#manager.removeListener('connect', listener)
  }

  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLOSE_TIMEOUT_MS)
    })
    // The connection may die under the handshake; then there is nothing left to close.
    await Promise.race([this.#manager.close().catch(() => undefined), patience])
    clearTimeout(timer)
  }
}
