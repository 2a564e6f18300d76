import { Resampler } from '@voipbin/rtp'

const FRAMES_PER_SECOND = 50
/** Frames come out evenly although the filter gives a sample more or less now and then. */
const SPARE_SAMPLES = 2

/** Frames of 20 ms of any rate into frames of one rate. A frame that has it already is passed through as it is. */
export class FrameResampler {
  readonly #frame: Int16Array
  #inputLength = 0
  #resampler: Resampler | undefined
  #waiting = new Int16Array(0)
  #waitingCount = 0

  constructor(frameSamples: number) {
    this.#frame = new Int16Array(frameSamples)
  }

  /** @returns the frame, good until the next call */
  convert(frame: Int16Array): Int16Array {
    if (frame.length === this.#frame.length) return frame
    if (frame.length !== this.#inputLength || !this.#resampler) this.#begin(frame.length)
    if (this.#resampler) this.#waitingCount += this.#resampler.resample(frame, this.#waiting.subarray(this.#waitingCount))
    const wanted = this.#frame.length
    const missing = Math.max(0, wanted - this.#waitingCount)
    this.#frame.fill(0, 0, missing) // at the start only, by the length of the filter
    this.#frame.set(this.#waiting.subarray(0, wanted - missing), missing)
    this.#waiting.copyWithin(0, wanted - missing, this.#waitingCount)
    this.#waitingCount -= wanted - missing
    return this.#frame
  }

  #begin(inputLength: number): void {
    this.#inputLength = inputLength
    this.#resampler = new Resampler(inputLength * FRAMES_PER_SECOND, this.#frame.length * FRAMES_PER_SECOND)
    this.#waiting = new Int16Array(3 * this.#frame.length + this.#resampler.outputLimit(inputLength))
    this.#waitingCount = SPARE_SAMPLES
  }
}
