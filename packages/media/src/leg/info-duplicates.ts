/** Phones that send a digit both ways send the two about together. */
const PAIR_MS = 1_000

type Told = { readonly digit: string; readonly method: DigitMethod; readonly atMs: number }
export type DigitMethod = 'rfc4733' | 'info'

/** Pairs a digit that came by RTP with the same one by INFO, in whichever order, so that each press is told once. */
export class InfoDuplicates {
  /** Told, and without its counterpart so far. */
  #alone: Told[] = []

  isNew(digit: string, method: DigitMethod, nowMs: number): boolean {
    this.#alone = this.#alone.filter(({ atMs }) => nowMs - atMs < PAIR_MS)
    const pair = this.#alone.findIndex((told) => told.digit === digit && told.method !== method)
    if (pair === -1) this.#alone.push({ digit, method, atMs: nowMs })
    else this.#alone.splice(pair, 1)
    return pair === -1
  }
}
