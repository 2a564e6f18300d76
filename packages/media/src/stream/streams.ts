import { addTo, clip, clipWithout } from '../bridge/mix.ts'
import type { EndReason } from '../media-event.ts'
import type { AudioStream, Way } from './audio-stream.ts'

type Heard = {
  /** What the party of the leg, or all of a bridge, said. */
  readonly said: Int16Array
  /** What the party of the leg heard. */
  readonly heard: Int16Array | undefined
  /** The party is deaf: nothing that streams said was heard. */
  readonly isDeaf: boolean
}
type Scratch = { sum: Int32Array; frame: Int16Array }

/** The streams of one leg or bridge. No stream hears itself. */
export class Streams {
  readonly #running = new Map<string, AudioStream>()
  readonly #scratch: Readonly<Record<Way, Scratch>> = { in: newScratch(), out: newScratch() }

  get count(): number {
    return this.#running.size
  }

  add(stream: AudioStream): void {
    this.#running.set(stream.options.id, stream)
  }

  end(id: string, reason: EndReason): void {
    const stream = this.#running.get(id)
    this.#running.delete(id)
    stream?.end(reason)
  }

  endAll(reason: EndReason): void {
    for (const id of [...this.#running.keys()]) this.end(id, reason)
  }

  /** Begins a turn: each takes what it says. */
  take(frameSamples: number): void {
    for (const stream of this.#running.values()) stream.take(frameSamples)
  }

  /** Whether any says something that way in this turn. */
  speak(way: Way, frameSamples: number): boolean {
    for (const stream of this.#running.values()) if (stream.voice(way, frameSamples)) return true
    return false
  }

  /** Adds to a frame what is said that way. */
  addVoices(way: Way, frame: Int16Array): void {
    const { sum } = this.#scratchOf(way, frame.length)
    sum.fill(0)
    addTo(sum, frame)
    for (const stream of this.#running.values()) {
      const voice = stream.voice(way, frame.length)
      if (voice) addTo(sum, voice)
    }
    clip(sum, frame)
  }

  /** Ends a turn: each is sent what it hears, voices of others included. */
  hear({ said, heard, isDeaf }: Heard, frame: number, nowMs: number): void {
    for (const stream of this.#running.values()) {
      const ofIn = stream.hears('in') ? this.#without('in', said, stream.voice('in', said.length)) : undefined
      const own = heard && !isDeaf ? stream.voice('out', heard.length) : undefined
      const ofOut = heard && stream.hears('out') ? this.#without('out', heard, own) : undefined
      stream.send(ofIn, ofOut, frame, nowMs)
    }
  }

  #without(way: Way, all: Int16Array, own: Int16Array | undefined): Int16Array {
    if (!own) return all
    const { sum, frame } = this.#scratchOf(way, all.length)
    sum.fill(0)
    addTo(sum, all)
    clipWithout(sum, own, frame)
    return frame
  }

  #scratchOf(way: Way, samples: number): Scratch {
    const scratch = this.#scratch[way]
    if (scratch.frame.length === samples) return scratch
    scratch.sum = new Int32Array(samples)
    scratch.frame = new Int16Array(samples)
    return scratch
  }
}

const newScratch = (): Scratch => ({ sum: new Int32Array(0), frame: new Int16Array(0) })
