import type { AudioCodec } from './audio-codec.ts'

/** Linear samples, most significant octet first (RFC 3551 §4.5.11); an odd last octet is left out. */
export function l16(sampleRateHz: number): AudioCodec {
  return {
    name: 'L16',
    clockRateHz: sampleRateHz,
    sampleRateHz,
    octetsPerSample: 2,
    decode: (octets, start, end, samples) => {
      const count = (end - start) >> 1
      for (let to = 0, from = start; to < count; to++, from += 2) samples[to] = ((octets[from] ?? 0) << 8) | (octets[from + 1] ?? 0)
      return count
    },
    encode: (samples, sampleCount, octets, at) => {
      for (let from = 0, to = at; from < sampleCount; from++, to += 2) {
        const sample = samples[from] ?? 0
        octets[to] = sample >> 8
        octets[to + 1] = sample
      }
      return 2 * sampleCount
    },
  }
}
