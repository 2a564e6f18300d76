import type { AudioCodec } from '@voipbin/rtp'
import { FrameResampler } from '../audio/frame-resampler.ts'
import type { Ear, Leg } from '../leg/leg.ts'
import type { Mute } from '../media-engine.ts'
import type { Mixture } from './mixture.ts'

export type SeatOptions = { readonly leg: Leg; readonly mute: Mute; readonly passDigits: boolean }

/** A leg's place in a bridge: what it says goes into the mixture, what it hears comes out of it. */
export class Seat implements Ear {
  readonly leg: Leg
  readonly passDigits: boolean
  readonly #mute: Mute
  readonly #mixture: Mixture
  #input: FrameResampler
  #output: FrameResampler
  #rate = 0
  #heardSamples = 0
  /** What it says in this turn, at the rate of the bridge; undefined: nothing. */
  #own: Int16Array | undefined

  constructor({ leg, mute, passDigits }: SeatOptions, mixture: Mixture) {
    this.leg = leg
    this.passDigits = passDigits
    this.#mute = mute
    this.#mixture = mixture
    this.#input = new FrameResampler(0)
    this.#output = new FrameResampler(0)
  }

  get isMuted(): boolean {
    return this.#mute !== 'none'
  }

  /** First half of a turn: adds what the leg said. */
  speak(): void {
    const { leg } = this
    this.#own = undefined
    if (!leg.hasSaid || this.#mute === 'in' || this.#mute === 'both') return
    if (this.#rate !== this.#mixture.frameSamples) {
      this.#rate = this.#mixture.frameSamples
      this.#input = new FrameResampler(this.#rate)
    }
    this.#own = this.#input.convert(leg.said)
    this.#mixture.add(this.#own)
  }

  listen(frameSamples: number): Int16Array {
    if (this.#heardSamples !== frameSamples) {
      this.#heardSamples = frameSamples
      this.#output = new FrameResampler(frameSamples)
    }
    if (this.#mute === 'out' || this.#mute === 'both') return this.#output.convert(this.#mixture.silence)
    return this.#output.convert(this.#own ? this.#mixture.without(this.#own) : this.#mixture.all)
  }

  encoded(codec: AudioCodec): Uint8Array | undefined {
    if (this.#own || this.#mute === 'out' || this.#mute === 'both' || this.#heardSamples !== this.#mixture.frameSamples) return undefined
    return this.#mixture.encoded(codec)
  }
}
