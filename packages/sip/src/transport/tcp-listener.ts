import { once } from 'node:events'
import { connect, createServer, isIPv6, type Server, type Socket } from 'node:net'
import type { KeepAlive, Malformed, SipMessage } from '../message/message.ts'
import type { Scheduler } from '../transaction/transport-port.ts'
import type { TransportCounts } from './counts.ts'
import { type Address, type Flow, isWildcard } from './flow.ts'
import { flowOf, type Listener, type ListenerOptions } from './listener.ts'
import { TcpConnection, type TcpTiming, tcpTiming } from './tcp-connection.ts'

export type TcpListenerOptions = {
  readonly options: ListenerOptions
  readonly scheduler: Scheduler
  readonly counts: TransportCounts
  readonly timing?: TcpTiming
  readonly maxConnections?: number
  readonly receive: (received: SipMessage | Malformed | KeepAlive, flow: Flow) => void
  readonly closed: (flow: Flow) => void
}

const MAX_CONNECTIONS = 20_000
/** Of one address; many phones may sit behind one NAT. */
const MAX_CONNECTIONS_PER_HOST = 2_000

/** TCP connections of one listener: those that peers open, and those that we open, which are used again (RFC 3261 §18.1.1). */
export class TcpListener implements Listener {
  readonly options: ListenerOptions
  readonly local: Address
  readonly #parts: TcpListenerOptions
  readonly #server: Server
  readonly #connections = new Map<number, TcpConnection>()
  /** Connections of ours by `host port`. */
  readonly #ours = new Map<string, TcpConnection>()
  readonly #perHost = new Map<string, number>()
  #lastNumber = 0

  private constructor(parts: TcpListenerOptions, server: Server, local: Address) {
    this.options = parts.options
    this.local = local
    this.#parts = parts
    this.#server = server
    server.on('connection', (socket) => this.#accept(socket))
    server.on('error', () => parts.counts.socketErrors++)
  }

  /** Rejects when the address cannot be bound. */
  static async open(parts: TcpListenerOptions): Promise<TcpListener> {
    const { host, port } = parts.options
    const server = createServer({ noDelay: true })
    server.listen({ host, port, ipv6Only: isIPv6(host) })
    await once(server, 'listening')
    const address = server.address()
    if (address === null || typeof address === 'string') throw new TypeError(`Cannot listen on ${host}: it is no network address`)
    return new TcpListener(parts, server, { host: address.address, port: address.port })
  }

  get connectionCount(): number {
    return this.#connections.size
  }

  /** The connection of a flow; undefined when it is gone. */
  connectionOf(flow: Flow): TcpConnection | undefined {
    return this.#connections.get(flow.connection)
  }

  /** The connection that we have made to a peer; undefined when there is none any more. */
  ourConnectionTo({ host, port }: Address): TcpConnection | undefined {
    const connection = this.#ours.get(`${host} ${port}`)
    return connection?.isOpen ? connection : undefined
  }

  /** The connection that we have to a peer, or a new one. */
  connectionTo({ host, port }: Address): TcpConnection {
    const key = `${host} ${port}`
    const existing = this.ourConnectionTo({ host, port })
    if (existing) return existing
    // Bound to one address, we also speak from it; bound to all, the routes decide.
    const localAddress = isWildcard(this.local.host) ? {} : { localAddress: this.local.host }
    const connection = this.#add(connect({ host, port, noDelay: true, ...localAddress }), { host, port })
    this.#ours.set(key, connection)
    return connection
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return
    this.#server.close()
    for (const connection of this.#connections.values()) connection.close()
    await once(this.#server, 'close')
  }

  #accept(socket: Socket): void {
    const remote = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }
    const isFull =
      this.#connections.size >= (this.#parts.maxConnections ?? MAX_CONNECTIONS) ||
      (this.#perHost.get(remote.host) ?? 0) >= MAX_CONNECTIONS_PER_HOST
    if (isFull || remote.host === '') {
      this.#parts.counts.connectionsRefused++
      socket.destroy()
      return
    }
    this.#add(socket, remote)
  }

  #add(socket: Socket, remote: Address): TcpConnection {
    this.#lastNumber++
    const { scheduler, counts, receive, timing = tcpTiming } = this.#parts
    const flow = flowOf(this, remote, this.#lastNumber)
    const connection = new TcpConnection({ socket, flow, scheduler, counts, timing, receive, closed: () => this.#remove(flow) })
    this.#connections.set(flow.connection, connection)
    this.#perHost.set(remote.host, (this.#perHost.get(remote.host) ?? 0) + 1)
    return connection
  }

  #remove(flow: Flow): void {
    const { host, port } = flow.remote
    const key = `${host} ${port}`
    const connection = this.#connections.get(flow.connection)
    this.#connections.delete(flow.connection)
    if (this.#ours.get(key) === connection) this.#ours.delete(key)
    const left = (this.#perHost.get(host) ?? 1) - 1
    if (left > 0) this.#perHost.set(host, left)
    else this.#perHost.delete(host)
    this.#parts.closed(flow)
  }
}
