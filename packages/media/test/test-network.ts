import type { SourceAddress } from '@voipbin/rtp'
import type { MediaSocket, MediaSockets, ReceiveDatagram } from '../src/network/sockets.ts'
import type { TestClock } from './test-clock.ts'

export type Conditions = {
  /** Share of packets lost. */
  readonly loss?: number
  /** Up to this is added to the delay of each; more than its packet time reorders. */
  readonly jitterMs?: number
  readonly delayMs?: number
}

/** The node's address in tests. */
export const NODE_ADDRESS = '198.51.100.1'

/** UDP in memory, on the test's clock, with the faults of a network on the way to the node. Chance is the same in each run. */
export class TestNetwork implements MediaSockets {
  conditions: Conditions = {}
  /** Sending there throws, as only a defect does. */
  throwsTo: ((to: string) => boolean) | undefined
  readonly #clock: TestClock
  readonly #bound = new Map<string, ReceiveDatagram>()
  #seed = 1

  constructor(clock: TestClock) {
    this.#clock = clock
  }

  get boundPorts(): number {
    return this.#bound.size
  }

  open(address: string, port: number, receive: ReceiveDatagram): Promise<MediaSocket> {
    const key = `${address}:${port}`
    if (this.#bound.has(key)) return Promise.reject(Object.assign(new Error(`bind EADDRINUSE ${key}`), { code: 'EADDRINUSE' }))
    let peer: SourceAddress | undefined
    this.#bound.set(key, (datagram, fromAddress, fromPort) => {
      if (!peer || (peer.address === fromAddress && peer.port === fromPort)) receive(datagram, fromAddress, fromPort)
    })
    const send = (octets: Uint8Array, toPort: number, toAddress: string) => this.#carry(octets, `${toAddress}:${toPort}`, { address, port })
    const connect = (to: SourceAddress | undefined) => {
      peer = to
    }
    return Promise.resolve({ sendErrors: 0, send, connect, close: () => void this.#bound.delete(key) })
  }

  /** A number from 0 to below 1, the same series each time. */
  readonly random = (): number => {
    this.#seed = (this.#seed * 48_271) % 0x7fffffff
    return this.#seed / 0x7fffffff
  }

  #carry(octets: Uint8Array, to: string, from: { readonly address: string; readonly port: number }): void {
    const { loss = 0, jitterMs = 0, delayMs = 0 } = this.conditions
    if (this.throwsTo?.(to)) throw new Error('a defect')
    const datagram = Buffer.from(octets)
    if (!to.startsWith(NODE_ADDRESS)) {
      this.#bound.get(to)?.(datagram, from.address, from.port)
      return
    }
    if (this.random() < loss) return
    const delay = delayMs + this.random() * jitterMs
    const arrive = () => this.#bound.get(to)?.(datagram, from.address, from.port)
    if (delay === 0) arrive()
    else this.#clock.at(this.#clock.now() + delay, arrive)
  }
}
