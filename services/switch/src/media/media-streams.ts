import type { Media, streamFormats } from '@voipbin/contracts/switch'
import type { LegCodec, LocalMedia, MediaEngine, StreamOptions } from '@voipbin/media'
import type { Logger } from '@voipbin/service-kit'
import type { Channel } from '../channel/channel.ts'
import { gone, type Outcome, ok, refused } from '../channel/channel-state.ts'
import type { Bridge } from '../node/bridges.ts'
import type { MediaSources } from './media-sources.ts'
import type { Mark, OpenMedia } from './open-media.ts'

type Parts = { readonly engine: MediaEngine; readonly openMedia: OpenMedia; readonly sources: MediaSources; readonly log: Logger }
export type WantedStream = Pick<StreamOptions, 'id' | 'listen' | 'speak' | 'peer'> & { readonly subject: Channel | Bridge }
type Running = {
  readonly subject: Channel | Bridge
  readonly hasPeer: boolean
  readonly items: Set<string>
  /** What was fed and marked is given on in order, although some of it has to be fetched. */
  queue: Promise<void>
  /** Ends what is being fetched for this stream. */
  flushing: AbortController
  waiting: number
  /** As counted by whoever commands it. */
  flushes: number
  /** Why something since the last mark could not be fetched. */
  error: string
}
type Fed = { readonly itemId: string; readonly media: readonly Media[]; readonly flushes: number | undefined }
type EndReason = Parameters<OpenMedia['streamEnded']>[1]

const MAX_OF_SUBJECT = 8
/** Fed and not given on yet; each may be a long text. */
const MAX_WAITING = 200

const codec = (name: LegCodec['name'], clockRate: number, payloadType: number): LegCodec => ({
  ...{ name, clockRate, sendPayloadType: payloadType, receivePayloadType: payloadType },
})
/** As Asterisk numbers them, which such hosts are written for. */
export const streamCodecs: Readonly<Record<(typeof streamFormats)[number], LegCodec>> = {
  ulaw: codec('PCMU', 8_000, 0),
  alaw: codec('PCMA', 8_000, 8),
  slin: codec('L16', 8_000, 11),
  slin16: codec('L16', 16_000, 118),
}

/** Streams of channels and bridges, and what is to be fetched before they can say it. */
export class MediaStreams {
  readonly #parts: Parts
  readonly #running = new Map<string, Running>()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  isKnown(id: string): boolean {
    return this.#parts.openMedia.isKnown(id)
  }

  open({ subject, ...options }: WantedStream): Outcome {
    const { openMedia } = this.#parts
    if ([...this.#running.values()].filter((other) => other.subject === subject).length >= MAX_OF_SUBJECT)
      return refused('TOO_MANY_STREAMS')
    openMedia.begin(options.id, 'stream', subject)
    const state = {
      items: new Set<string>(),
      queue: Promise.resolve(),
      flushing: new AbortController(),
      waiting: 0,
      flushes: 0,
      error: '',
    }
    this.#running.set(options.id, { subject, hasPeer: options.peer !== undefined, ...state })
    void this.#open({ ...options, subject: { kind: subject.kind === 'bridge' ? 'bridge' : 'leg', id: subject.id } })
    return ok
  }

  feed(id: string, { itemId, media, flushes }: Fed): Outcome {
    const running = this.#running.get(id)
    if (!running) return gone
    if (running.hasPeer) return refused('STREAM_HAS_HOST')
    if (!this.#isInTime(id, running, flushes)) return refused('STREAM_FLUSHED')
    if (running.items.has(itemId)) return ok
    if (running.waiting >= MAX_WAITING) return refused('STREAM_FULL')
    running.items.add(itemId)
    const { signal } = running.flushing
    const finding = Promise.all(media.map((each) => this.#parts.sources.find(each, signal)))
    finding.catch(() => {}) // told of in its turn
    this.#inTurn(running, async () => {
      try {
        const sources = await finding
        if (!signal.aborted) this.#parts.engine.feedStream(id, sources)
      } catch (error) {
        if (signal.aborted) return
        running.error ||= error instanceof Error ? error.message : String(error)
        this.#parts.log.warn('what a stream was to say cannot be had', { stream_id: id, error })
      }
    })
    return ok
  }

  mark(id: string, mark: string, flushes?: number): Outcome {
    const running = this.#running.get(id)
    if (!running) return gone
    if (!this.#isInTime(id, running, flushes)) return refused('STREAM_FLUSHED')
    const { signal } = running.flushing
    this.#inTurn(running, async () => {
      if (signal.aborted) this.#parts.openMedia.streamMark(id, { mark, isFlushed: true, error: '' })
      else this.#parts.engine.markStream(id, mark)
    })
    return ok
  }

  flush(id: string, flushes?: number): Outcome {
    const running = this.#running.get(id)
    if (!running) return gone
    if (flushes === undefined || flushes > running.flushes) this.#flush(id, running, flushes)
    return ok
  }

  stop(id: string): Outcome {
    if (!this.#running.has(id)) return gone
    this.#parts.engine.closeStream(id)
    return ok
  }

  marked(id: string, { mark, isFlushed, error }: Mark): void {
    const running = this.#running.get(id)
    this.#parts.openMedia.streamMark(id, { mark, isFlushed, error: running?.error || error })
    if (running) running.error = ''
  }

  ended(id: string, reason: EndReason, error = ''): void {
    this.#running.get(id)?.flushing.abort()
    this.#running.delete(id)
    this.#parts.openMedia.streamEnded(id, reason, error)
  }

  #flush(id: string, running: Running, flushes = running.flushes): void {
    running.flushes = flushes
    running.flushing.abort()
    running.flushing = new AbortController()
    this.#parts.engine.flushStream(id)
  }

  /** What knows of a flush that has not come yet brings it. */
  #isInTime(id: string, running: Running, flushes = running.flushes): boolean {
    if (flushes > running.flushes) this.#flush(id, running, flushes)
    return flushes === running.flushes
  }

  async #open(options: StreamOptions): Promise<void> {
    const { engine, openMedia, log } = this.#parts
    try {
      const local = await engine.openStream(options)
      if (local === undefined) this.ended(options.id, options.subject.kind === 'leg' ? 'channel_ended' : 'bridge_ended')
      else openMedia.streamStarted(options.id, addressOf(local))
    } catch (error) {
      log.error('a stream could not be opened', { stream_id: options.id, error })
      this.ended(options.id, 'failed', error instanceof Error ? error.message : String(error))
    }
  }

  #inTurn(running: Running, work: () => Promise<void>): void {
    running.waiting++
    running.queue = running.queue.then(work).finally(() => running.waiting--)
  }
}

const addressOf = (local: LocalMedia | 'queue'): string => {
  if (local === 'queue') return ''
  return local.address.includes(':') ? `[${local.address}]:${local.rtpPort}` : `${local.address}:${local.rtpPort}`
}
