import { hash, randomBytes } from 'node:crypto'
import { isAck } from '../message/unparsed.ts'

/** To tags of answers without a transaction (RFC 3261 §8.2.7): the same request gets the same, and the ACK of an answer is known by it. */
export class StatelessTags {
  readonly #secret = randomBytes(16).toString('hex')
  /** What they begin with. */
  readonly #mark = Buffer.from(randomBytes(8).toString('hex'))
  #hasMade = false

  /** @param serverKey what tells the request from others, as for server transactions */
  make(serverKey: string, callId: string): string {
    this.#hasMade = true
    return `${this.#mark}${hash('sha1', [this.#secret, serverKey, callId].join('\n'), 'hex').slice(0, 12)}`
  }

  /** Whether these octets acknowledge such an answer: nobody waits for that. */
  isAck(octets: Buffer): boolean {
    return this.#hasMade && isAck(octets) && octets.includes(this.#mark)
  }
}
