import { readFileSync } from 'node:fs'
import { resampleAll } from '@voipbin/rtp'
import { readWav } from './wav.ts'

/** What the phone works in. */
export const SAMPLE_RATE_HZ = 8_000

/** What a phone says, 8000 samples a second. */
export type Source = {
  /** Fills the frame, what is missing with zeros. @returns false when there was nothing left */
  read(frame: Int16Array): boolean
}

const FULL_SCALE = 32_767

/** Samples once, or for ever. */
export function samplesSource(samples: Int16Array, isRepeated = false): Source {
  let at = 0
  return {
    read(frame) {
      if (at >= samples.length && isRepeated) at = 0
      const part = samples.subarray(at, at + frame.length)
      frame.fill(0).set(part)
      at += frame.length
      return part.length > 0
    },
  }
}

/** A sine, or several at once as a dialled digit is. `levelDb` of each, 0 being the loudest; without a duration it does not end. */
export function toneSource(frequenciesHz: readonly number[], { levelDb = -10, durationMs = Number.POSITIVE_INFINITY } = {}): Source {
  const amplitude = (FULL_SCALE * 10 ** (levelDb / 20)) / frequenciesHz.length
  const end = (durationMs * SAMPLE_RATE_HZ) / 1000
  let at = 0
  return {
    read(frame) {
      if (at >= end) return false
      for (let index = 0; index < frame.length; index++, at++) {
        let sum = 0
        for (const frequency of frequenciesHz) sum += Math.sin((2 * Math.PI * frequency * at) / SAMPLE_RATE_HZ)
        frame[index] = at < end ? Math.round(sum * amplitude) : 0
      }
      return true
    },
  }
}

/**
 * A WAV of any rate: mixed to one channel and brought to 8 kHz.
 * @throws WavSyntaxError for what is no WAV of PCM or G.711
 */
export function wavSource(file: string, isRepeated = false): Source {
  const { samples, sampleRateHz } = readWav(readFileSync(file))
  return samplesSource(sampleRateHz === SAMPLE_RATE_HZ ? samples : resampleAll(samples, sampleRateHz, SAMPLE_RATE_HZ), isRepeated)
}
