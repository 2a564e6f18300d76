import { Resampler } from '@voipbin/rtp'
import type { AudioSource, SourceRead } from '../playback/audio-source.ts'
import type { HeardWavs } from './heard-wavs.ts'
import { WavChunks } from './wav-chunks.ts'

const FRAMES_PER_SECOND = 50

/** A WAV at whatever rate is asked for. A long one is read from the disk as it is heard, a moment ahead: make it shortly before it is wanted. */
export class WavSource implements AudioSource {
  readonly #chunks: WavChunks
  #resampler: Resampler | undefined
  #rate = 0
  /** In the rate of the file, on the way to the resampler. */
  #input = new Int16Array(0)
  /** Resampled and not yet heard. */
  #output = new Int16Array(0)
  #outputCount = 0
  #isFinished = false

  constructor(heard: HeardWavs, path: string) {
    this.#chunks = new WavChunks(heard, path)
  }

  get error(): string {
    return this.#chunks.error ?? ''
  }

  read(frame: Int16Array): SourceRead {
    const fileRate = this.#chunks.rate
    if (fileRate === undefined) return this.#withoutAudio(frame)
    const rate = frame.length * FRAMES_PER_SECOND
    if (rate !== this.#rate) this.#changeRate(fileRate, rate)
    return this.#resampler ? this.#readResampled(frame, this.#resampler) : this.#readPlain(frame)
  }

  close(): void {
    this.#chunks.close()
  }

  #readPlain(frame: Int16Array): SourceRead {
    if (this.#chunks.available < frame.length && !this.#chunks.isWhole) return this.#withoutAudio(frame)
    const count = this.#chunks.take(frame, frame.length)
    if (count === 0) return this.#withoutAudio(frame)
    frame.fill(0, count)
    return 'audio'
  }

  #readResampled(frame: Int16Array, resampler: Resampler): SourceRead {
    while (this.#outputCount < frame.length && !this.#isFinished) {
      if (this.#chunks.available < this.#input.length && !this.#chunks.isWhole) return this.#withoutAudio(frame)
      const count = this.#chunks.take(this.#input, this.#input.length)
      if (count > 0) this.#outputCount += resampler.resample(this.#input.subarray(0, count), this.#output.subarray(this.#outputCount))
      else this.#finish(resampler)
    }
    const count = Math.min(frame.length, this.#outputCount)
    if (count === 0) return this.#withoutAudio(frame)
    frame.set(this.#output.subarray(0, count))
    frame.fill(0, count)
    this.#output.copyWithin(0, count, this.#outputCount)
    this.#outputCount -= count
    return 'audio'
  }

  #finish(resampler: Resampler): void {
    this.#isFinished = true
    this.#outputCount += resampler.finish(this.#output.subarray(this.#outputCount))
  }

  #changeRate(fileRate: number, rate: number): void {
    this.#rate = rate
    this.#resampler = fileRate === rate ? undefined : new Resampler(fileRate, rate)
    this.#input = new Int16Array(Math.ceil(fileRate / FRAMES_PER_SECOND))
    this.#output = new Int16Array(4 * Math.ceil(rate / FRAMES_PER_SECOND) + (this.#resampler?.outputLimit(2 * this.#input.length) ?? 0))
    this.#outputCount = 0
    this.#isFinished = false
  }

  #withoutAudio(frame: Int16Array): SourceRead {
    if (this.#chunks.error !== undefined) return 'failed'
    if (this.#chunks.isWhole && this.#chunks.available === 0) return 'end'
    frame.fill(0)
    return 'wait'
  }
}
