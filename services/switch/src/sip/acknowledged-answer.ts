import { AnswerRepeater, type Scheduler, type SipRequest } from '@voipbin/sip'

/** A 2xx to an INVITE, until its ACK. */
export class AcknowledgedAnswer {
  readonly #repeater: AnswerRepeater
  readonly #done: (ack: SipRequest | undefined) => void

  constructor(scheduler: Scheduler, again: () => void, done: (ack: SipRequest | undefined) => void) {
    this.#done = done
    this.#repeater = new AnswerRepeater({ scheduler, send: again, unacknowledged: () => done(undefined) })
  }

  acknowledge(ack: SipRequest): void {
    this.stop()
    this.#done(ack)
  }

  stop(): void {
    this.#repeater.stop()
  }
}
