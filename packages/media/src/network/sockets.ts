import { createSocket, type Socket, type SocketOptions } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import type { SourceAddress } from '@voipbin/rtp'

export type ReceiveDatagram = (datagram: Buffer, address: string, port: number) => void

/** One bound UDP socket. Sending never throws: what the kernel refuses is counted, but for a few at first. */
export type MediaSocket = {
  /**
   * From now on only this peer is heard, and the kernel knows the way to it: packets both ways cost a tenth less, and those of anybody else
   * nothing. undefined: anybody is heard. Ended by itself where the peer's host says that nobody is there, or something goes elsewhere.
   */
  connect(peer: SourceAddress | undefined): void
  /** Keep the octets as they are for a while: where the kernel is busy they leave later. */
  send(octets: Uint8Array, port: number, address: string): void
  readonly sendErrors: number
  close(): void
}

/** Where media meets the network; tests put their own in its place. */
export type MediaSockets = {
  /** Rejects with the code of the system, as EADDRINUSE, where it cannot be bound. */
  open(address: string, port: number, receive: ReceiveDatagram): Promise<MediaSocket>
}

/** A second of G.711 is 50 datagrams of 172 octets, about 1 kB each to the kernel; a stall of 2 s must fit. */
const RECEIVE_BUFFER_OCTETS = 256 * 1024

/** Media goes to IP addresses only, of the socket's own kind: no resolver, and no wait for one. */
const optionsOf = (family: 4 | 6): SocketOptions => ({
  type: `udp${family}`,
  ipv6Only: family === 6,
  lookup: (host, _options, callback) => callback(null, host, family),
})

/**
 * What became of a packet is asked of the first ones and then of one in so many, and of each once one was refused: asking costs a good part
 * of what sending does, and what the kernel refuses once it refuses on and on.
 */
const ASKED_EVERY = 16

class UdpSocket implements MediaSocket {
  readonly #socket: Socket
  #peer: SourceAddress | undefined
  #sends = 0
  #isRefused = false
  sendErrors = 0

  constructor(socket: Socket, receive: ReceiveDatagram) {
    this.#socket = socket
    socket.on('error', this.#failed)
    socket.on('message', (datagram, source) => receive(datagram, source.address, source.port))
  }

  connect(peer: SourceAddress | undefined): void {
    const { port, address } = this.#peer ?? {}
    if (peer?.port === port && peer?.address === address) return
    if (this.#peer) this.#disconnect()
    if (!peer) return
    try {
      this.#socket.connect(peer.port, peer.address)
      this.#peer = peer
    } catch {
      this.sendErrors++ // a socket that is closed
    }
  }

  send(octets: Uint8Array, port: number, address: string): void {
    const peer = this.#peer
    if (peer && (peer.port !== port || peer.address !== address)) this.#disconnect()
    const nth = this.#sends++
    const isAsked = this.#isRefused || nth < ASKED_EVERY || nth % ASKED_EVERY === 0
    const asked = isAsked ? this.#sent : undefined
    try {
      if (this.#peer) this.#socket.send(octets, asked)
      else this.#socket.send(octets, port, address, asked)
    } catch {
      this.sendErrors++ // a port of 0, a socket that is closed
    }
  }

  #disconnect(): void {
    this.#peer = undefined
    try {
      this.#socket.disconnect()
    } catch {
      // Closed, or the connection did not come about.
    }
  }

  /** A connected socket is told of ICMP errors, at each packet: nobody is there, for now. */
  readonly #failed = (): void => {
    this.sendErrors++
    if (this.#peer) this.#disconnect()
  }

  /** Without it nothing would be heard of an error. */
  readonly #sent = (error: Error | null): void => {
    this.#isRefused = error !== null
    if (error) this.#failed() // EINVAL where 127.0.0.1 is to reach outside
  }

  close(): void {
    this.#socket.close()
  }
}

export const udpSockets: MediaSockets = {
  async open(address, port, receive) {
    const socket = createSocket(optionsOf(isIPv6(address) ? 6 : 4))
    try {
      const listening = once(socket, 'listening') // which may come before bind() returns
      socket.bind({ port, address, exclusive: true })
      await listening
    } catch (error) {
      socket.close()
      throw error
    }
    try {
      socket.setRecvBufferSize(RECEIVE_BUFFER_OCTETS)
    } catch {
      // The kernel's own size will do.
    }
    return new UdpSocket(socket, receive)
  },
}
