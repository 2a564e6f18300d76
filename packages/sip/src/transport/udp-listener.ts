import { createSocket, type Socket, type SocketOptions } from 'node:dgram'
import { once } from 'node:events'
import { isIP, isIPv6 } from 'node:net'
import type { TransportCounts } from './counts.ts'
import type { Address } from './flow.ts'
import type { Listener, ListenerOptions } from './listener.ts'
import type { Received } from './receive-queue.ts'

export type UdpListenerOptions = {
  readonly options: ListenerOptions
  readonly counts: TransportCounts
  readonly receive: (received: Received<UdpListener>) => void
}

/** Asked of the kernel, which may give less: a burst of calls is about 1 000 datagrams. */
const RECEIVE_BUFFER_OCTETS = 4 * 1024 * 1024

/** Targets are addresses: nothing is looked up for a datagram, nor put off for it. */
const lookup: SocketOptions['lookup'] = (host, _options, found) => found(null, host, isIP(host))

/** A UDP socket that survives every error of sending: they are counted, and told to whoever sent. */
export class UdpListener implements Listener {
  readonly options: ListenerOptions
  readonly local: Address
  readonly #socket: Socket
  readonly #counts: TransportCounts
  #isClosed = false

  private constructor({ options, counts }: UdpListenerOptions, socket: Socket) {
    this.options = options
    this.#counts = counts
    this.#socket = socket
    this.local = { host: socket.address().address, port: socket.address().port }
  }

  /** Rejects when the address cannot be bound. */
  static async open(parts: UdpListenerOptions): Promise<UdpListener> {
    const { host, port } = parts.options
    const socket = createSocket({ ...(isIPv6(host) ? { type: 'udp6', ipv6Only: true } : { type: 'udp4' }), lookup })
    const listening = once(socket, 'listening') // which may come while `bind` is called
    socket.bind(port, host)
    await listening
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_OCTETS)
    } catch {
      // The kernel's own size will do.
    }
    socket.on('error', () => parts.counts.socketErrors++)
    const listener = new UdpListener(parts, socket)
    socket.on('message', (datagram, source) => parts.receive({ datagram, host: source.address, port: source.port, socket: listener }))
    return listener
  }

  send(octets: Uint8Array, to: Address, failed: () => void): void {
    const fail = () => {
      this.#counts.sendErrors++
      failed()
    }
    if (this.#isClosed) {
      fail()
      return
    }
    try {
      this.#socket.send(octets, to.port, to.host, (error) => (error ? fail() : this.#counts.sent++))
    } catch {
      fail()
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#socket.close()
    await once(this.#socket, 'close')
  }
}
