import type { Source } from '../media-engine.ts'
import type { AudioSource } from '../playback/audio-source.ts'
import type { OpenSource } from '../playback/open-source.ts'
import type { Carrier, OnMark } from './carrier.ts'

type Item = { readonly wanted: Source; source: AudioSource | undefined } | { readonly mark: string }

/** Says one source after the other. What it hears is for nobody. */
export class QueueCarrier implements Carrier {
  readonly #open: OpenSource
  readonly #onMark: OnMark
  #items: Item[] = []
  #frame = new Int16Array(0)
  /** Of a source since the last mark that could not be said. */
  #error = ''

  constructor(open: OpenSource, onMark: OnMark) {
    this.#open = open
    this.#onMark = onMark
  }

  take(frameSamples: number): Int16Array | undefined {
    if (this.#frame.length !== frameSamples) this.#frame = new Int16Array(frameSamples)
    for (;;) {
      const first = this.#items[0]
      if (!first) return undefined
      if ('mark' in first) {
        this.#items.shift()
        this.#tell(first.mark, false)
        continue
      }
      first.source ??= this.#open(first.wanted)
      const read = first.source.read(this.#frame)
      if (read === 'wait') return undefined
      if (read === 'audio') {
        this.#openNext()
        return this.#frame
      }
      if (read === 'failed') this.#error ||= first.source.error
      first.source.close()
      this.#items.shift()
    }
  }

  send(): void {}

  feed(sources: readonly Source[]): void {
    this.#items.push(...sources.map((wanted) => ({ wanted, source: undefined })))
  }

  mark(mark: string): void {
    this.#items.push({ mark })
  }

  flush(): void {
    const dropped = this.#items
    this.#items = []
    for (const item of dropped) if (!('mark' in item)) item.source?.close()
    for (const item of dropped) if ('mark' in item) this.#tell(item.mark, true)
  }

  close(): void {
    this.flush()
  }

  /** Opened while the one before it sounds, so that its first samples are there in time. */
  #openNext(): void {
    const next = this.#items.find((item, index) => index > 0 && !('mark' in item))
    if (next && !('mark' in next)) next.source ??= this.#open(next.wanted)
  }

  #tell(mark: string, isFlushed: boolean): void {
    const error = this.#error
    this.#error = ''
    this.#onMark({ mark, isFlushed, error })
  }
}
