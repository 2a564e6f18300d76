/** How often a worker without turns beats; one with turns beats in each. */
export const BEAT_MS = 500
/**
 * Checks in a row that find no beat: a worker is given up then. One that is only busy, or has little of the processor, has its turns late but
 * has them, also amid packets, while its event loop may take seconds for one round.
 */
export const MISSED_CHECKS = 10

/** Memory that a worker counts its beats in and whoever started it reads them from: no message could be answered by who hangs, or need be. */
export const createPulse = (): Int32Array => new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))

export const beat = (pulse: Int32Array): void => void Atomics.add(pulse, 0, 1)

/** Whether a worker still has turns. It is not expected to before its first: starting takes as long as it takes. */
export class PulseWatch {
  readonly #pulse: Int32Array
  #last = 0
  #missed = 0

  constructor(pulse: Int32Array) {
    this.#pulse = pulse
  }

  /** Looks once. Who is late to look, as after a suspended process, has still looked once only. @returns whether it has stopped */
  hasStopped(): boolean {
    const beats = Atomics.load(this.#pulse, 0)
    this.#missed = beats === 0 || beats !== this.#last ? 0 : this.#missed + 1
    this.#last = beats
    return this.#missed >= MISSED_CHECKS
  }
}
