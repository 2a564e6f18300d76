import type { AudioSource, SourceRead } from './audio-source.ts'

const FRAME_MS = 20

/** Nothing to hear for so long. */
export class SilenceSource implements AudioSource {
  readonly error = ''
  #leftMs: number

  constructor(durationMs: number) {
    this.#leftMs = durationMs
  }

  read(frame: Int16Array): SourceRead {
    if (this.#leftMs <= 0) return 'end'
    this.#leftMs -= FRAME_MS
    frame.fill(0)
    return 'audio'
  }

  close(): void {
    this.#leftMs = 0
  }
}
