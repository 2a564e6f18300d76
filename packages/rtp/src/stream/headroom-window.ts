/** Packets that are remembered: 2.5 s of 20 ms packets. */
const PACKETS = 128
/** Before so many came, an outlier cannot be told from what is usual. */
const SCARCE = 8

/**
 * How long before its turn each of the latest packets came, in samples; negative is too late. It tells all that playing needs to know of
 * jitter, delay and clock drift at once.
 */
export class HeadroomWindow {
  /** As of a delay of 0, so that a change of the delay moves all of them. */
  readonly #values = new Float64Array(PACKETS)
  #count = 0
  #next = 0
  #delay = 0

  push(headroom: number): void {
    this.#values[this.#next] = headroom - this.#delay
    this.#next = (this.#next + 1) % PACKETS
    this.#count = Math.min(PACKETS, this.#count + 1)
  }

  /** Playing was put off by so many samples (or brought forward), so that all packets would have had as many more. */
  shift(samples: number): void {
    this.#delay += samples
  }

  clear(): void {
    this.#count = 0
    this.#next = 0
    this.#delay = 0
  }

  get isHalfFull(): boolean {
    return this.#count >= PACKETS / 2
  }

  /** The second least, so that one straggler among 128 does not put off all others. */
  get least(): number {
    let least = Number.POSITIVE_INFINITY
    let second = Number.POSITIVE_INFINITY
    for (let at = 0; at < this.#count; at++) {
      const value = this.#values[at] ?? 0
      if (value < least) {
        second = least
        least = value
      } else if (value < second) second = value
    }
    return (this.#count < SCARCE ? least : second) + this.#delay
  }

  get most(): number {
    let most = Number.NEGATIVE_INFINITY
    for (let at = 0; at < this.#count; at++) most = Math.max(most, this.#values[at] ?? 0)
    return most + this.#delay
  }
}
