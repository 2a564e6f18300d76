import type { Media } from '@voipbin/contracts/switch'
import type { MediaEngine, PlayOptions, Source } from '@voipbin/media'
import type { Channel } from '../channel/channel.ts'
import type { Bridge, Bridges } from '../node/bridges.ts'
import type { MediaSources } from './media-sources.ts'
import type { OpenMedia } from './open-media.ts'

type Wanted = Pick<PlayOptions, 'id' | 'mode' | 'stopOn' | 'loops'> & {
  readonly subject: Channel | Bridge
  readonly media: readonly Media[]
}
type Parts = {
  readonly engine: MediaEngine
  readonly openMedia: OpenMedia
  readonly sources: MediaSources
  readonly bridges: Pick<Bridges, 'get'>
}

/** Playbacks: what has to be fetched is fetched first, and those of one subject begin in the order in which they were asked for. */
export class Players {
  readonly #parts: Parts
  readonly #queues = new WeakMap<object, Promise<void>>()
  /** Those that the engine has. */
  readonly #sounding = new Set<string>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  isKnown(id: string): boolean {
    return this.#parts.openMedia.isKnown(id)
  }

  play(wanted: Wanted): void {
    const stopped = this.#parts.openMedia.begin(wanted.id, 'playback', wanted.subject)
    const sources = Promise.all(wanted.media.map((each) => this.#parts.sources.find(each, stopped)))
    sources.catch(() => {}) // told of in its turn
    const before = this.#queues.get(wanted.subject) ?? Promise.resolve()
    this.#queues.set(
      wanted.subject,
      before.then(() => this.#begin(wanted, sources)),
    )
  }

  /** @returns whether it was open */
  stop(id: string): boolean {
    const { openMedia, engine } = this.#parts
    if (!openMedia.isOpen(id)) return false
    if (this.#sounding.has(id)) engine.stopPlay(id)
    else openMedia.playbackEnded(id, 'stopped')
    return true
  }

  ended(id: string): void {
    this.#sounding.delete(id)
  }

  async #begin({ subject, media: _media, ...options }: Wanted, finding: Promise<readonly Source[]>): Promise<void> {
    const { engine, openMedia, bridges } = this.#parts
    try {
      const sources = await finding
      if (!openMedia.isOpen(options.id)) return
      // The engine ends what it plays on a bridge that goes, and knows nothing of what it never had.
      if (subject.kind === 'bridge' && bridges.get(subject.id) !== subject) {
        openMedia.playbackEnded(options.id, 'bridge_ended')
        return
      }
      this.#sounding.add(options.id)
      engine.play({ ...options, sources, subject: { kind: subject.kind === 'bridge' ? 'bridge' : 'leg', id: subject.id } })
    } catch (error) {
      openMedia.playbackEnded(options.id, 'failed', { error: error instanceof Error ? error.message : String(error) })
    }
  }
}
