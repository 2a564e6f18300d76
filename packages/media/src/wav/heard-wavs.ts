import type { MediaFiles } from '../files/media-files.ts'
import { decodeSamples } from './decode-samples.ts'
import { openWav } from './open-wav.ts'

/** A whole file, mono, in its own rate. Many hear it at once: nobody writes into it. */
export type HeardWav = { readonly rate: number; readonly samples: Int16Array }

type Kept = { readonly octets: number; readonly changedMs: number; readonly wav: Promise<HeardWav> }
export type HeardWavsLimits = { readonly fileOctets: number; readonly files: number }

/** A minute at 8 kHz; 32 MB of samples at most, where all are this long and of 16 bits, twice that where they are of 8. */
const LIMITS: HeardWavsLimits = { fileOctets: 1024 * 1024, files: 32 }

/** Short files that were heard lately, ready to be heard again: a greeting is read and decoded once, not once a call. */
export class HeardWavs {
  readonly files: MediaFiles
  readonly #limits: HeardWavsLimits
  /** By path, the one heard last at the end. */
  readonly #kept = new Map<string, Kept>()

  constructor(files: MediaFiles, limits: HeardWavsLimits = LIMITS) {
    this.files = files
    this.#limits = limits
  }

  /** @returns undefined for one so long that it is read as it is heard. @throws WavSyntaxError, or what the system says of the file */
  async find(path: string): Promise<HeardWav | undefined> {
    const { octets, changedMs } = await this.files.look(path)
    if (octets > this.#limits.fileOctets) return undefined
    const before = this.#kept.get(path)
    this.#kept.delete(path)
    const isSame = before?.octets === octets && before.changedMs === changedMs
    const kept = isSame ? before : { octets, changedMs, wav: readWhole(this.files, path) }
    this.#keep(path, kept)
    try {
      return await kept.wav
    } catch (error) {
      if (this.#kept.get(path) === kept) this.#kept.delete(path)
      throw error
    }
  }

  #keep(path: string, kept: Kept): void {
    this.#kept.set(path, kept)
    if (this.#kept.size <= this.#limits.files) return
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest)
      return
    }
  }
}

async function readWhole(files: MediaFiles, path: string): Promise<HeardWav> {
  const { file, format, dataStart, dataOctets } = await openWav(files, path)
  try {
    const octets = Buffer.allocUnsafe(dataOctets)
    const read = await file.read(octets, dataStart)
    return { rate: format.rate, samples: decodeSamples(format, octets.subarray(0, read)) }
  } finally {
    await file.close().catch(() => undefined) // read from only: nothing is lost
  }
}
