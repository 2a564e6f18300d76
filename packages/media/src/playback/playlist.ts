import type { Source } from '../media-engine.ts'
import type { AudioSource, SourceRead } from './audio-source.ts'
import type { OpenSource } from './open-source.ts'

/** A list of sources, one after the other without a gap, as many times as asked for. */
export class Playlist implements AudioSource {
  error = ''
  readonly #sources: readonly Source[]
  readonly #loops: number
  readonly #open: OpenSource
  #current: AudioSource | undefined
  /** Opened when the one before begins, so that its first samples are there in time. */
  #next: AudioSource | undefined
  /** How many have been opened, over all loops. */
  #opened = 0
  /** Something has been heard since the list began or began anew; else it would go round for ever. */
  #hasHeard = false

  /** @param loops 0: for ever */
  constructor(sources: readonly Source[], loops: number, open: OpenSource) {
    this.#sources = sources
    this.#loops = loops
    this.#open = open
    this.#current = this.#openNext()
  }

  read(frame: Int16Array): SourceRead {
    while (this.#current) {
      const read = this.#current.read(frame)
      if (read === 'failed') this.error = this.#current.error
      if (read === 'audio') {
        this.#hasHeard = true
        this.#next ??= this.#openNext()
      }
      if (read !== 'end') return read
      this.#current.close()
      this.#current = this.#next ?? this.#openNext()
      this.#next = undefined
    }
    return 'end'
  }

  close(): void {
    this.#current?.close()
    this.#next?.close()
    this.#current = undefined
    this.#next = undefined
  }

  #openNext(): AudioSource | undefined {
    const index = this.#opened % Math.max(1, this.#sources.length)
    const source = this.#sources[index]
    if (!source || (this.#loops > 0 && this.#opened >= this.#loops * this.#sources.length)) return undefined
    if (index === 0 && this.#opened > 0) {
      if (!this.#hasHeard) return undefined
      this.#hasHeard = false
    }
    this.#opened++
    return this.#open(source)
  }
}
