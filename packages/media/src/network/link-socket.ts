import type { MessagePort } from 'node:worker_threads'
import type { MediaSocket, ReceiveDatagram } from './sockets.ts'

/** In place of an address: there is one peer, at the other end. */
export const LINK_ADDRESS = 'link'
export const LINK_PORT = 1

/** Packets to a leg in another worker, by a channel between the two instead of the network. */
export class LinkSocket implements MediaSocket {
  readonly sendErrors = 0
  readonly #port: MessagePort

  constructor(port: MessagePort, receive: ReceiveDatagram) {
    this.#port = port
    port.on('message', (octets: Uint8Array<ArrayBuffer>) => receive(Buffer.from(octets.buffer), LINK_ADDRESS, LINK_PORT))
  }

  /** It is nobody else's anyway. */
  connect(): void {}

  send(octets: Uint8Array): void {
    const copy = new Uint8Array(octets)
    this.#port.postMessage(copy, [copy.buffer])
  }

  close(): void {
    this.#port.close()
  }
}
