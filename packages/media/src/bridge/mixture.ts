import type { AudioCodec } from '@voipbin/rtp'
import { addTo, clip, clipWithout } from './mix.ts'
import { SharedEncoding } from './shared-encoding.ts'

/** 20 ms of all voices of a bridge: summed once, each listener's own taken out again. */
export class Mixture {
  #sum: Int32Array
  #scratch: Int16Array
  readonly #shared = new SharedEncoding()
  #silence: Int16Array
  #all: Int16Array
  #isAllMade = false

  constructor(frameSamples: number) {
    this.#sum = new Int32Array(frameSamples)
    this.#scratch = new Int16Array(frameSamples)
    this.#silence = new Int16Array(frameSamples)
    this.#all = new Int16Array(frameSamples)
  }

  get frameSamples(): number {
    return this.#sum.length
  }

  get silence(): Int16Array {
    return this.#silence
  }

  begin(frameSamples: number): void {
    this.#isAllMade = false
    this.#shared.renew()
    if (frameSamples === this.#sum.length) {
      this.#sum.fill(0)
      return
    }
    this.#sum = new Int32Array(frameSamples)
    this.#scratch = new Int16Array(frameSamples)
    this.#silence = new Int16Array(frameSamples)
    this.#all = new Int16Array(frameSamples)
  }

  add(voice: Int16Array): void {
    addTo(this.#sum, voice)
  }

  /** What those hear who say nothing. Good until the next turn. */
  get all(): Int16Array {
    if (!this.#isAllMade) clip(this.#sum, this.#all)
    this.#isAllMade = true
    return this.#all
  }

  /** What one of the voices hears. Good until the next call. */
  without(own: Int16Array): Int16Array {
    clipWithout(this.#sum, own, this.#scratch)
    return this.#scratch
  }

  encoded(codec: AudioCodec): Uint8Array {
    return this.#shared.of(codec, this.all)
  }
}
