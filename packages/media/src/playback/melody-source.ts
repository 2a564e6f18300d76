import type { AudioSource, SourceRead } from './audio-source.ts'

const FRAMES_PER_SECOND = 50
const BEAT_MS = 400
const LEVEL = 0.12 * 32_767
const OVERTONE = 0.25
/** A struck note loses half of itself in so long. */
const HALF_LIFE_MS = 260

/** Two voices in beats; 0 is a rest. MIDI notes: 60 is middle C. Our own, so that nobody has to be asked. */
const MELODY = [
  ...[67, 72, 76, 74, 72, 69, 72, 67, 65, 69, 72, 71, 67, 0, 64, 65],
  ...[67, 72, 76, 79, 77, 76, 74, 72, 69, 72, 74, 71, 72, 0, 67, 0],
]
const BASS = [48, 0, 52, 0, 53, 0, 48, 0, 53, 0, 50, 0, 55, 0, 55, 0, 48, 0, 52, 0, 53, 0, 57, 0, 50, 0, 55, 0, 48, 0, 48, 0]

const frequencyOf = (note: number): number => 440 * 2 ** ((note - 69) / 12)

/** Music on hold where nobody has given other: a small melody that goes round. */
export class MelodySource implements AudioSource {
  readonly error = ''
  #beat = 0
  #inBeatMs = 0
  readonly #phases = [0, 0]

  read(frame: Int16Array): SourceRead {
    const stepMs = 1_000 / (frame.length * FRAMES_PER_SECOND)
    for (let index = 0; index < frame.length; index++) {
      frame[index] = this.#voice(0, MELODY, stepMs) + this.#voice(1, BASS, stepMs)
      this.#inBeatMs += stepMs
      if (this.#inBeatMs < BEAT_MS) continue
      this.#inBeatMs -= BEAT_MS
      this.#beat = (this.#beat + 1) % MELODY.length
    }
    return 'audio'
  }

  close(): void {}

  #voice(voice: number, notes: readonly number[], stepMs: number): number {
    const note = notes[this.#beat] ?? 0
    if (note === 0) return 0
    const phase = this.#phases[voice] ?? 0
    this.#phases[voice] = (phase + (frequencyOf(note) * stepMs) / 1_000) % 1
    const strength = Math.min(1, this.#inBeatMs / 8) * 2 ** (-this.#inBeatMs / HALF_LIFE_MS) * Math.min(1, (BEAT_MS - this.#inBeatMs) / 15)
    return LEVEL * strength * (Math.sin(2 * Math.PI * phase) + OVERTONE * Math.sin(4 * Math.PI * phase))
  }
}
