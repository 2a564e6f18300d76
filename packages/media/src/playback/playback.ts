import type { PlayOptions } from '../media-engine.ts'
import { FRAME_MS } from '../tick/ticker.ts'
import type { SourceRead } from './audio-source.ts'
import type { OpenSource } from './open-source.ts'
import { Playlist } from './playlist.ts'

/** What one `play` asked for, and how far it has come. */
export class Playback {
  readonly options: PlayOptions
  playedMs = 0
  hasStarted = false
  readonly #list: Playlist

  constructor(options: PlayOptions, open: OpenSource) {
    this.options = options
    this.#list = new Playlist(options.sources, options.loops, open)
  }

  get error(): string {
    return this.#list.error
  }

  read(frame: Int16Array): SourceRead {
    const read = this.#list.read(frame)
    if (read === 'audio') this.playedMs += FRAME_MS
    return read
  }

  close(): void {
    this.#list.close()
  }
}
