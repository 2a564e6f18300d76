import type { PlayOptions } from '../media-engine.ts'
import type { EndReason, MediaEvent } from '../media-event.ts'
import type { AudioSource } from './audio-source.ts'
import type { OpenSource } from './open-source.ts'
import { Playback } from './playback.ts'

export type PlayQueueOptions = {
  readonly open: OpenSource
  readonly emit: (event: MediaEvent) => void
  /** Something begins to play, or nothing does any more. */
  readonly onChange: () => void
}

type Interjection = { readonly source: AudioSource; readonly onEnd: () => void }

/** What is played on one leg or bridge: one at a time, others wait. */
export class PlayQueue {
  readonly #options: PlayQueueOptions
  readonly #waiting: Playback[] = []
  #interjections: Interjection[] = []

  constructor(options: PlayQueueOptions) {
    this.#options = options
  }

  get isPlaying(): boolean {
    return this.#waiting.length > 0 || this.#interjections.length > 0
  }

  get count(): number {
    return this.#waiting.length
  }

  play(options: PlayOptions): void {
    if (this.#waiting.some((playback) => playback.options.id === options.id)) return
    if (options.mode === 'replace') for (const playback of [...this.#waiting]) this.#end(playback, 'replaced')
    this.#waiting.push(new Playback(options, this.#options.open))
    this.#options.onChange()
  }

  /** Played before anything else, which waits meanwhile: the beep before a recording. */
  interject(source: AudioSource, onEnd: () => void): void {
    this.#interjections.push({ source, onEnd })
    this.#options.onChange()
  }

  stop(id: string): void {
    const playback = this.#waiting.find((candidate) => candidate.options.id === id)
    if (playback) this.#end(playback, 'stopped')
  }

  receiveDigit(digit: string): void {
    const current = this.#waiting[0]
    if (current?.hasStarted && current.options.stopOn.includes(digit)) this.#end(current, 'digit')
  }

  endAll(reason: EndReason): void {
    this.#interjections = []
    for (const playback of [...this.#waiting]) this.#end(playback, reason)
  }

  /** Fills the frame. @returns false where nothing plays: the frame is as it was */
  read(frame: Int16Array): boolean {
    if (this.#interjections.length > 0 && this.#readInterjection(frame)) return true
    for (;;) {
      const current = this.#waiting[0]
      if (!current) return false
      const read = current.read(frame)
      if (read === 'wait') return true
      if (read === 'audio') {
        this.#start(current)
        return true
      }
      this.#end(current, read === 'failed' ? 'failed' : 'finished')
    }
  }

  #readInterjection(frame: Int16Array): boolean {
    const first = this.#interjections[0]
    const read = first?.source.read(frame)
    if (read === 'audio' || read === 'wait') return true
    this.#interjections.shift()
    first?.onEnd()
    this.#options.onChange()
    return false
  }

  #start(playback: Playback): void {
    if (playback.hasStarted) return
    playback.hasStarted = true
    const { id, subject } = playback.options
    this.#options.emit({ type: 'playback.started', id, subject })
  }

  #end(playback: Playback, reason: EndReason): void {
    this.#waiting.splice(this.#waiting.indexOf(playback), 1)
    playback.close()
    const { id, subject } = playback.options
    const { playedMs, error } = playback
    this.#options.emit({ type: 'playback.ended', id, subject, reason, playedMs, error })
    this.#options.onChange()
  }
}
