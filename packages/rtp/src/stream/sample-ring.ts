/**
 * Samples by their place in time, with gaps. Places are whole numbers that only grow, also below 0; those from `start` to before
 * `start + capacity` can be held, and who moves `start` on clears what lies behind.
 */
export class SampleRing {
  readonly capacity: number
  readonly #samples: Int16Array
  readonly #isFilled: Uint8Array

  /** @param least capacity in samples; rounded up to a power of two */
  constructor(least: number) {
    this.capacity = 2 ** Math.ceil(Math.log2(least))
    this.#samples = new Int16Array(this.capacity)
    this.#isFilled = new Uint8Array(this.capacity)
  }

  /** Puts `samples[from]` to before `samples[to]` at a place. */
  write(place: number, samples: Int16Array, from: number, to: number): void {
    for (let at = from; at < to; at++) {
      const index = this.#index(place + at - from)
      this.#samples[index] = samples[at] ?? 0
      this.#isFilled[index] = 1
    }
  }

  /** Copies as many as there are without a gap, at most up to `target[to]`. @returns how many */
  read(place: number, target: Int16Array, from: number, to: number): number {
    let at = from
    for (; at < to; at++) {
      const index = this.#index(place + at - from)
      if (this.#isFilled[index] === 0) break
      target[at] = this.#samples[index] ?? 0
    }
    return at - from
  }

  /** Length of the gap that begins at a place, at most `limit`; 0 where there is a sample. */
  gap(place: number, limit: number): number {
    let length = 0
    while (length < limit && this.#isFilled[this.#index(place + length)] === 0) length++
    return length
  }

  isFilled(place: number, count: number): boolean {
    for (let at = 0; at < count; at++) if (this.#isFilled[this.#index(place + at)] === 0) return false
    return true
  }

  clear(place: number, count: number): void {
    if (count >= this.capacity) this.#isFilled.fill(0)
    else for (let at = 0; at < count; at++) this.#isFilled[this.#index(place + at)] = 0
  }

  /** Bitwise on purpose: right for negative places and for those above 2^31. */
  #index(place: number): number {
    return place & (this.capacity - 1)
  }
}
