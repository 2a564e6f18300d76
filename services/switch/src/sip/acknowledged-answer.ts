import { AnswerRepeater, type Scheduler, type SipRequest, sequenceOf } from '@voipbin/sip'

export type Answered = {
  readonly invite: SipRequest
  /** The 2xx carries an offer of ours, so that the ACK has to bring the answer. */
  readonly isOfferOurs: boolean
  /** Sends the 2xx again. */
  readonly again: () => void
  /** Gets the ACK, or what stands for it; nothing where none came. */
  readonly done: (ack: SipRequest | undefined) => void
}

/** A 2xx to an INVITE, until its ACK. */
export class AcknowledgedAnswer {
  readonly #repeater: AnswerRepeater
  readonly isOfferOurs: boolean
  readonly #done: Answered['done']
  readonly #sequence: number

  constructor(scheduler: Scheduler, { invite, isOfferOurs, again, done }: Answered) {
    this.isOfferOurs = isOfferOurs
    this.#done = done
    this.#sequence = sequenceOf(invite)
    this.#repeater = new AnswerRepeater({ scheduler, send: again, unacknowledged: () => done(undefined) })
  }

  /** The ACK of an INVITE before, which comes once for each time that its 2xx was repeated, says nothing of this one. */
  isAckedBy(ack: SipRequest): boolean {
    return sequenceOf(ack) === this.#sequence
  }

  acknowledge(ack: SipRequest): void {
    this.stop()
    this.#done(ack)
  }

  stop(): void {
    this.#repeater.stop()
  }
}
