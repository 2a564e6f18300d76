import { FrameResampler } from '../audio/frame-resampler.ts'
import { addTo, clip } from '../bridge/mix.ts'
import type { Source, StreamOptions } from '../media-engine.ts'
import type { EndReason, MediaEvent } from '../media-event.ts'
import type { Carrier } from './carrier.ts'

/** As the leg's own party sees it. */
export type Way = 'in' | 'out'
type Voice = { frame: Int16Array | undefined; isTaken: boolean; resampler: FrameResampler; samples: number }

const FRAME_SAMPLES = 160

/** One stream: what of its leg or bridge it hears, and who hears what it says. */
export class AudioStream {
  readonly options: StreamOptions
  readonly #carrier: Carrier
  readonly #emit: (event: MediaEvent) => void
  #said: Int16Array | undefined
  readonly #voices: Readonly<Record<Way, Voice>> = { in: newVoice(), out: newVoice() }
  #sum = new Int32Array(0)
  #heard = new Int16Array(FRAME_SAMPLES)
  #ofIn = new FrameResampler(0)

  constructor(options: StreamOptions, carrier: Carrier, emit: (event: MediaEvent) => void) {
    this.options = options
    this.#carrier = carrier
    this.#emit = emit
    emit({ type: 'stream.started', id: options.id, subject: options.subject })
  }

  hears(way: Way): boolean {
    return isWay(this.options.listen, way)
  }

  /** Begins a turn. */
  take(frameSamples: number): void {
    this.#said = this.#carrier.take(frameSamples)
    this.#voices.in.isTaken = false
    this.#voices.out.isTaken = false
  }

  /** What it says that way in this turn, in a frame of that length; the same each time in a turn. */
  voice(way: Way, frameSamples: number): Int16Array | undefined {
    if (!this.#said || !isWay(this.options.speak, way)) return undefined
    const voice = this.#voices[way]
    if (voice.samples !== frameSamples) {
      voice.samples = frameSamples
      voice.resampler = new FrameResampler(frameSamples)
    }
    if (!voice.isTaken) voice.frame = voice.resampler.convert(this.#said)
    voice.isTaken = true
    return voice.frame
  }

  /** Ends a turn: what there was to hear, of both ways where it hears both; silence where there was nothing. */
  send(ofIn: Int16Array | undefined, ofOut: Int16Array | undefined, frame: number, nowMs: number): void {
    if (this.options.listen === 'none') return
    if (ofIn && ofOut) this.#carrier.send(this.#mixed(ofIn, ofOut), frame, nowMs)
    else this.#carrier.send(ofIn ?? ofOut ?? this.#silence(), frame, nowMs)
  }

  feed(sources: readonly Source[]): void {
    this.#carrier.feed(sources)
  }

  mark(name: string): void {
    this.#carrier.mark(name)
  }

  flush(): void {
    this.#carrier.flush()
  }

  end(reason: EndReason): void {
    this.#carrier.close()
    const { id, subject } = this.options
    this.#emit({ type: 'stream.ended', id, subject, reason, error: '' })
  }

  #mixed(ofIn: Int16Array, ofOut: Int16Array): Int16Array {
    if (this.#sum.length !== ofOut.length) {
      this.#sum = new Int32Array(ofOut.length)
      this.#heard = new Int16Array(ofOut.length)
      this.#ofIn = new FrameResampler(ofOut.length)
    }
    this.#sum.fill(0)
    addTo(this.#sum, this.#ofIn.convert(ofIn))
    addTo(this.#sum, ofOut)
    clip(this.#sum, this.#heard)
    return this.#heard
  }

  #silence(): Int16Array {
    this.#heard.fill(0)
    return this.#heard
  }
}

const newVoice = (): Voice => ({ frame: undefined, isTaken: false, resampler: new FrameResampler(0), samples: 0 })
const isWay = (direction: StreamOptions['listen'], way: Way) => direction === 'both' || direction === way
