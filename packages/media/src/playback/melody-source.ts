import type { AudioSource, SourceRead } from './audio-source.ts'

const FRAME_MS = 20
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
const FRAMES = (MELODY.length * BEAT_MS) / FRAME_MS

/** Frames that somebody has heard already, by their length: all who hold hear the same, which is made once. */
const rendered = new Map<number, (Int16Array | undefined)[]>()

/** Music on hold where nobody has given other: a small melody that goes round. */
export class MelodySource implements AudioSource {
  readonly error = ''
  #frame = 0

  read(frame: Int16Array): SourceRead {
    const frames = rendered.get(frame.length) ?? new Array<Int16Array | undefined>(FRAMES).fill(undefined)
    rendered.set(frame.length, frames)
    const made = frames[this.#frame] ?? render(this.#frame, frame.length)
    frames[this.#frame] = made
    frame.set(made)
    this.#frame = (this.#frame + 1) % FRAMES
    return 'audio'
  }

  close(): void {}
}

/** A beat is whole frames, so each frame can be made by itself. */
function render(frame: number, samples: number): Int16Array {
  const startMs = frame * FRAME_MS
  const beat = Math.floor(startMs / BEAT_MS)
  return Int16Array.from({ length: samples }, (_, index) => {
    const inBeatMs = (startMs % BEAT_MS) + (index * FRAME_MS) / samples
    return voice(MELODY[beat] ?? 0, inBeatMs) + voice(BASS[beat] ?? 0, inBeatMs)
  })
}

function voice(note: number, inBeatMs: number): number {
  if (note === 0) return 0
  const phase = (2 * Math.PI * 440 * 2 ** ((note - 69) / 12) * inBeatMs) / 1_000
  const strength = Math.min(1, inBeatMs / 8) * 2 ** (-inBeatMs / HALF_LIFE_MS) * Math.min(1, (BEAT_MS - inBeatMs) / 15)
  return LEVEL * strength * (Math.sin(phase) + OVERTONE * Math.sin(2 * phase))
}
