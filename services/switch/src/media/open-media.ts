import type { Subject, Teller } from '../node/teller.ts'

type EndReason = 'finished' | 'stopped' | 'digit' | 'replaced' | 'failed' | 'channel_ended' | 'bridge_ended'
/** One for all: without it each end makes an exception of its own, with a stack, that nobody looks at. */
const OVER = new Error('What was to be heard or recorded is over')

type Open = { readonly kind: 'playback' | 'recording' | 'stream'; readonly subject: Subject; readonly stop: AbortController }
type RecordingEnd = {
  readonly reason: EndReason | 'silence' | 'limit'
  readonly durationMs: number
  readonly octets: number
  readonly file: string
}

export type Mark = { readonly mark: string; readonly isFlushed: boolean; readonly error: string }

/** Of finished playbacks, recordings and streams, so many ids are remembered: a command that is repeated late must do nothing. */
const MAX_REMEMBERED = 20_000

/** Playbacks, recordings and streams that have begun and not ended. Each ends exactly once, whoever says so first. */
export class OpenMedia {
  readonly #tell: Teller
  readonly #recordingOver: (id: string) => void
  readonly #open = new Map<string, Open>()
  readonly #finished = new Set<string>()

  /** @param recordingOver called after the end of each recording was told, failed or not: there may be a file */
  constructor(tell: Teller, recordingOver: (id: string) => void = () => undefined) {
    this.#tell = tell
    this.#recordingOver = recordingOver
  }

  get size(): number {
    return this.#open.size
  }

  /** Whether an id is or was in use. */
  isKnown(id: string): boolean {
    return this.#open.has(id) || this.#finished.has(id)
  }

  isOpen(id: string): boolean {
    return this.#open.has(id)
  }

  /** @returns a signal that is aborted when it ends before it has begun to sound */
  begin(id: string, kind: Open['kind'], subject: Subject): AbortSignal {
    const stop = new AbortController()
    this.#open.set(id, { kind, subject, stop })
    return stop.signal
  }

  started(id: string): void {
    const open = this.#open.get(id)
    if (!open) return
    const { kind, subject } = open
    if (kind === 'stream') return // told of with its address
    if (kind === 'playback') this.#tell(subject, 'playback.started', { subject: wireSubject(subject), playback_id: id })
    else this.#tell(subject, 'recording.started', { subject: wireSubject(subject), recording_id: id })
  }

  playbackEnded(id: string, reason: EndReason, { playedMs = 0, error = '' } = {}): void {
    const open = this.#take(id)
    if (!open) return
    const payload = { playback_id: id, reason, played_ms: Math.round(playedMs), error: error.slice(0, 255) }
    this.#tell(open.subject, 'playback.ended', { subject: wireSubject(open.subject), ...payload })
  }

  recordingEnded(id: string, { reason, durationMs, octets, file }: RecordingEnd): void {
    const open = this.#take(id)
    if (!open) return
    const payload = { recording_id: id, reason, duration_ms: Math.round(durationMs), octets, file }
    this.#tell(open.subject, 'recording.ended', { subject: wireSubject(open.subject), ...payload })
    this.#recordingOver(id)
  }

  recordingFailed(id: string, error: string): void {
    const open = this.#take(id)
    if (!open) return
    this.#tell(open.subject, 'recording.failed', { subject: wireSubject(open.subject), recording_id: id, error: error.slice(0, 255) })
    this.#recordingOver(id)
  }

  streamStarted(id: string, localAddress: string): void {
    const open = this.#open.get(id)
    const payload = { stream_id: id, local_address: localAddress }
    if (open) this.#tell(open.subject, 'stream.started', { subject: wireSubject(open.subject), ...payload })
  }

  streamMark(id: string, { mark, isFlushed, error }: Mark): void {
    const open = this.#open.get(id)
    const payload = { stream_id: id, mark, is_flushed: isFlushed, error: error.slice(0, 255) }
    if (open) this.#tell(open.subject, 'stream.mark', { subject: wireSubject(open.subject), ...payload })
  }

  streamEnded(id: string, reason: EndReason, error = ''): void {
    const open = this.#take(id)
    const payload = { stream_id: id, reason, error: error.slice(0, 255) }
    if (open) this.#tell(open.subject, 'stream.ended', { subject: wireSubject(open.subject), ...payload })
  }

  /** Ends whatever is open on a subject that is going: the engine has told of what it knew. */
  endAll(subject: Subject, reason: 'channel_ended' | 'bridge_ended'): void {
    for (const [id, open] of this.#open) {
      if (open.subject !== subject) continue
      if (open.kind === 'playback') this.playbackEnded(id, reason)
      else if (open.kind === 'stream') this.streamEnded(id, reason)
      else this.recordingFailed(id, 'the media of its subject was lost')
    }
  }

  #take(id: string): Open | undefined {
    const open = this.#open.get(id)
    if (!open) return undefined
    this.#open.delete(id)
    this.#finished.add(id)
    open.stop.abort(OVER)
    if (this.#finished.size > MAX_REMEMBERED) for (const oldest of this.#finished) return this.#forget(oldest, open)
    return open
  }

  #forget(id: string, open: Open): Open {
    this.#finished.delete(id)
    return open
  }
}

const wireSubject = ({ kind, id }: Subject) => ({ kind: kind === 'bridge' ? ('bridge' as const) : ('channel' as const), id })
