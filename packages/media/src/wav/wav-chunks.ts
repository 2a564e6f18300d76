import { decodeSamples } from './decode-samples.ts'
import type { HeardWav, HeardWavs } from './heard-wavs.ts'
import { type OpenWav, openWav } from './open-wav.ts'
import { sampleOctets } from './wav-format.ts'

/** Read at a time. Two pieces are kept, so that the disk has this long to answer. */
const CHUNK_MS = 500

/** Samples of a WAV in its own rate, mono: all of a short one at once, else read ahead of who takes them. Reading begins at once. */
export class WavChunks {
  /** Set by the first fault; no more samples come. */
  error: string | undefined
  #wav: OpenWav | undefined
  #whole: HeardWav | undefined
  /** Octets of the samples asked for so far. */
  #position = 0
  #current: Int16Array = new Int16Array(0)
  #at = 0
  #next: Int16Array | undefined
  #isReading = true
  #isClosed = false

  constructor(heard: HeardWavs, path: string) {
    void this.#open(heard, path)
  }

  /** Undefined until the file is open. */
  get rate(): number | undefined {
    return this.#whole?.rate ?? this.#wav?.format.rate
  }

  get available(): number {
    return this.#current.length - this.#at + (this.#next?.length ?? 0)
  }

  /** No more comes than is available. */
  get isWhole(): boolean {
    return (
      this.error !== undefined ||
      this.#whole !== undefined ||
      (this.#wav !== undefined && !this.#isReading && this.#position >= this.#wav.dataOctets)
    )
  }

  /** @returns samples copied, fewer than `count` where no more are there now */
  take(into: Int16Array, count: number): number {
    let done = 0
    while (done < count) {
      if (this.#at === this.#current.length) {
        if (!this.#next) break
        this.#current = this.#next
        this.#next = undefined
        this.#at = 0
        this.#readAhead()
      }
      const part = Math.min(count - done, this.#current.length - this.#at)
      into.set(this.#current.subarray(this.#at, this.#at + part), done)
      this.#at += part
      done += part
    }
    return done
  }

  close(): void {
    this.#isClosed = true
    if (!this.#isReading) this.#closeFile()
  }

  async #open(heard: HeardWavs, path: string): Promise<void> {
    try {
      this.#whole = await heard.find(path)
      if (this.#whole) this.#current = this.#whole.samples
      else this.#wav = await openWav(heard.files, path)
    } catch (error) {
      this.#fail(error)
    }
    this.#isReading = false
    if (this.#isClosed) this.#closeFile()
    else this.#readAhead()
  }

  #readAhead(): void {
    const wav = this.#wav
    if (!wav || this.#isReading || this.#next || this.#isClosed || this.error !== undefined || this.#position >= wav.dataOctets) return
    this.#isReading = true
    void this.#read(wav)
  }

  async #read({ file, format, dataStart, dataOctets }: OpenWav): Promise<void> {
    const block = format.channels * sampleOctets[format.encoding]
    const octets = Buffer.allocUnsafe(Math.min(dataOctets - this.#position, block * Math.ceil((format.rate * CHUNK_MS) / 1_000)))
    try {
      const read = await file.read(octets, dataStart + this.#position)
      this.#next = decodeSamples(format, octets.subarray(0, read))
      // A file that was cut meanwhile ends here.
      this.#position = read < octets.length ? dataOctets : this.#position + read
    } catch (error) {
      this.#fail(error)
    }
    this.#isReading = false
    if (this.#isClosed) this.#closeFile()
    else if (this.#at === this.#current.length) this.#begin()
  }

  /** Nothing is being heard: the piece that was read is at once, and the one after it is asked for. */
  #begin(): void {
    if (!this.#next) return
    this.#current = this.#next
    this.#next = undefined
    this.#at = 0
    this.#readAhead()
  }

  #fail(error: unknown): void {
    this.error ??= error instanceof Error ? error.message : String(error)
  }

  #closeFile(): void {
    this.#wav?.file.close().catch(() => undefined) // read from only: nothing is lost
    this.#wav = undefined
  }
}
