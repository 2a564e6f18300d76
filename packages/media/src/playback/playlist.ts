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

  /** @param loops 0: for ever */
  constructor(sources: readonly Source[], loops: number, open: OpenSource) {
    this.#sources = sources
    this.#loops = loops
    this.#open = open
    this.#current = this.#openNext()
  }

  read(frame: Int16Array): SourceRead {
    for (let tried = 0; this.#current && tried <= this.#sources.length; tried++) {
      const read = this.#current.read(frame)
      if (read === 'failed') this.error = this.#current.error
      if (read === 'audio') this.#prepareNext()
      if (read !== 'end') return read
      this.#current.close()
      this.#current = this.#next ?? this.#openNext()
      this.#next = undefined
    }
    return 'end' // also where nothing of the whole list can be heard: it would loop for ever
  }

  close(): void {
    this.#current?.close()
    this.#next?.close()
    this.#current = undefined
    this.#next = undefined
  }

  #prepareNext(): void {
    this.#next ??= this.#openNext()
  }

  #openNext(): AudioSource | undefined {
    const source = this.#sources[this.#opened % Math.max(1, this.#sources.length)]
    if (!source || (this.#loops > 0 && this.#opened >= this.#loops * this.#sources.length)) return undefined
    this.#opened++
    return this.#open(source)
  }
}
