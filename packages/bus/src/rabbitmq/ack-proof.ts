import type { Channel, Message } from 'amqplib'

/**
 * Acknowledges a message and waits until the broker has surely seen it. AMQP does not confirm acknowledgements, but a
 * channel's methods are worked on in order: once a later call is answered, the message will not be delivered again,
 * whatever dies. Without that, a lost connection could hand a command that has begun to another instance.
 */
export class AckProof {
  readonly #channel: Channel
  readonly #prefetch: number
  #asked: Promise<unknown> = Promise.resolve()
  #next: Promise<boolean> | undefined

  /** @param prefetch of the channel; set to the same value again it is the cheapest call with an answer */
  constructor(channel: Channel, prefetch: number) {
    this.#channel = channel
    this.#prefetch = prefetch
  }

  /** False when the channel died first: then the message may come again, here or elsewhere. */
  ack(message: Message): Promise<boolean> {
    try {
      this.#channel.ack(message)
    } catch {
      return Promise.resolve(false)
    }
    // One call at a time; all that are acknowledged meanwhile share the next.
    this.#next ??= this.#asked.then(() => this.#ask())
    return this.#next
  }

  #ask(): Promise<boolean> {
    this.#next = undefined
    const answer = this.#channel.prefetch(this.#prefetch).then(
      () => true,
      () => false,
    )
    this.#asked = answer
    return answer
  }
}
