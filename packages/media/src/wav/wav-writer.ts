import { DiskTooSlow } from '../errors.ts'
import type { MediaFiles, WritableFile } from '../files/media-files.ts'
import { WAV_HEAD_OCTETS, wavHead } from './wav-format.ts'

/** Samples gathered before they are written. */
const CHUNK_OCTETS = 32 * 1024
/** More than this not yet written means that the disk does not keep up. */
const MAX_WAITING_OCTETS = 4 * 1024 * 1024
/** A RIFF cannot say more. */
const MAX_DATA_OCTETS = 0xffff_ffff - 1024 * 1024

export type WavWriterOptions = { readonly path: string; readonly rate: number; readonly channels: number }

/**
 * A WAV that grows: samples are gathered in memory and written behind the caller's back, and after each piece the head is made true, so
 * that what is on the disk can be played whenever the process dies. Its first error is its last: nothing more is written.
 */
export class WavWriter {
  readonly #options: WavWriterOptions
  readonly #onError: (error: Error) => void
  #chunk = Buffer.allocUnsafe(CHUNK_OCTETS)
  #used = 0
  #dataOctets = 0
  #waitingOctets = 0
  #error: Error | undefined
  #work: Promise<void>
  #file: WritableFile | undefined

  constructor(files: MediaFiles, options: WavWriterOptions, onError: (error: Error) => void) {
    this.#options = options
    this.#onError = onError
    this.#work = this.#attempt(async () => {
      this.#file = await files.create(options.path)
      await this.#file.write(this.#head(0), 0)
    })
  }

  /** Octets of the file once all is written. */
  get octets(): number {
    return WAV_HEAD_OCTETS + this.#dataOctets
  }

  get isFull(): boolean {
    return this.#dataOctets > MAX_DATA_OCTETS
  }

  /** One frame: one channel, or two of the same length side by side. */
  write(left: Int16Array, right?: Int16Array): void {
    if (this.#error || this.isFull) return
    for (let index = 0; index < left.length; index++) {
      this.#put(left[index] ?? 0)
      if (right) this.#put(right[index] ?? 0)
    }
  }

  #put(sample: number): void {
    this.#chunk[this.#used] = sample
    this.#chunk[this.#used + 1] = sample >> 8
    this.#used += 2
    this.#dataOctets += 2
    if (this.#used === CHUNK_OCTETS) this.#flush()
  }

  /** Called now and then: what has been gathered goes to the disk, so that little is lost with the process. */
  flush(): void {
    if (this.#used > 0 && !this.#error) this.#flush()
  }

  #flush(): void {
    const octets = this.#chunk.subarray(0, this.#used)
    const dataOctets = this.#dataOctets
    const position = WAV_HEAD_OCTETS + dataOctets - octets.length
    this.#chunk = Buffer.allocUnsafe(CHUNK_OCTETS)
    this.#used = 0
    this.#waitingOctets += octets.length
    if (this.#waitingOctets > MAX_WAITING_OCTETS) this.#fail(new DiskTooSlow(this.#options.path))
    this.#then(async () => {
      await this.#file?.write(octets, position)
      await this.#file?.write(this.#head(dataOctets), 0)
      this.#waitingOctets -= octets.length
    })
  }

  /** Resolves when everything is on the disk, or has failed. */
  async close(): Promise<void> {
    this.flush()
    await this.#work
    try {
      await this.#file?.close()
    } catch (error) {
      this.#fail(error)
    }
    this.#file = undefined
  }

  #head(dataOctets: number): Buffer {
    const { rate, channels } = this.#options
    return wavHead({ channels, rate, dataOctets })
  }

  #then(step: () => Promise<void>): void {
    this.#work = this.#work.then(() => this.#attempt(step))
  }

  async #attempt(step: () => Promise<void>): Promise<void> {
    if (this.#error) return
    try {
      await step()
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(cause: unknown): void {
    if (this.#error) return
    this.#error = cause instanceof Error ? cause : new Error(String(cause))
    this.#onError(this.#error)
  }
}
