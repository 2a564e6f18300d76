import { T1_MS, T2_MS } from '../transaction/timing.ts'
import type { Scheduler } from '../transaction/transport-port.ts'

export type AnswerRepeaterOptions = {
  readonly scheduler: Scheduler
  /** Sends the 2xx again. */
  readonly send: () => void
  /** No ACK came for 64·T1: the dialog is confirmed, and to be ended by BYE (RFC 3261 §13.3.1.4). */
  readonly unacknowledged: () => void
  readonly t1Ms?: number
  readonly t2Ms?: number
}

/** Repeats a 2xx to an INVITE until its ACK comes (RFC 3261 §13.3.1.4), over TCP too: a hop further on may be UDP. The first is not sent here. */
export class AnswerRepeater {
  readonly #options: AnswerRepeaterOptions
  #intervalMs: number
  #stopRepeating: () => void
  readonly #stopWaiting: () => void

  constructor(options: AnswerRepeaterOptions) {
    const { scheduler, t1Ms = T1_MS } = options
    this.#options = options
    this.#intervalMs = t1Ms
    this.#stopRepeating = scheduler.after(t1Ms, () => this.#repeat())
    this.#stopWaiting = scheduler.after(64 * t1Ms, () => {
      this.#stopRepeating()
      options.unacknowledged()
    })
  }

  /** The ACK came, or the call is over. */
  stop(): void {
    this.#stopRepeating()
    this.#stopWaiting()
  }

  #repeat(): void {
    this.#intervalMs = Math.min(2 * this.#intervalMs, this.#options.t2Ms ?? T2_MS)
    this.#stopRepeating = this.#options.scheduler.after(this.#intervalMs, () => this.#repeat())
    this.#options.send()
  }
}
