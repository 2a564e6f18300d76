import type { AudioCodec } from './audio-codec.ts'

/** What µ-law adds so that every segment begins at a power of two. */
const MU_BIAS = 0x84
const MU_CLIP = 32_635

/** ITU-T G.711 µ-law, one octet to 16 bits: all bits inverted, sign, 3 bits of segment, 4 of step. */
function expandMuLaw(octet: number): number {
  const code = ~octet & 0xff
  const magnitude = ((((code & 0x0f) << 3) + MU_BIAS) << ((code >> 4) & 7)) - MU_BIAS
  return code & 0x80 ? -magnitude : magnitude
}

function compressMuLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0
  const biased = Math.min(Math.abs(sample), MU_CLIP) + MU_BIAS
  const segment = 31 - Math.clz32(biased) - 7
  return ~(sign | (segment << 4) | ((biased >> (segment + 3)) & 0x0f)) & 0xff
}

/** ITU-T G.711 A-law: even bits inverted, sign (set is positive), 3 bits of segment, 4 of step. */
function expandALaw(octet: number): number {
  const code = octet ^ 0x55
  const segment = (code >> 4) & 7
  const step = ((code & 0x0f) << 4) + 8
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1)
  return code & 0x80 ? magnitude : -magnitude
}

function compressALaw(sample: number): number {
  const sign = sample < 0 ? 0 : 0x80
  // Ones' complement, so that −1 falls into the first negative step, as −16 does.
  const magnitude = sample < 0 ? ~sample : sample
  const segment = Math.max(0, 31 - Math.clz32(magnitude) - 7)
  const step = segment === 0 ? magnitude >> 4 : magnitude >> (segment + 3)
  return (sign | (segment << 4) | (step & 0x0f)) ^ 0x55
}

const TABLE_OFFSET = 32_768

function g711(name: string, expand: (octet: number) => number, compress: (sample: number) => number): AudioCodec {
  const expanded = Int16Array.from({ length: 256 }, (_, octet) => expand(octet))
  const compressed = Uint8Array.from({ length: 2 * TABLE_OFFSET }, (_, index) => compress(index - TABLE_OFFSET))
  return {
    name,
    clockRateHz: 8_000,
    sampleRateHz: 8_000,
    octetsPerSample: 1,
    decode: (octets, start, end, samples) => {
      for (let from = start, to = 0; from < end; from++, to++) samples[to] = expanded[octets[from] ?? 0] ?? 0
      return end - start
    },
    encode: (samples, sampleCount, octets, at) => {
      for (let from = 0; from < sampleCount; from++) octets[at + from] = compressed[(samples[from] ?? 0) + TABLE_OFFSET] ?? 0
      return sampleCount
    },
  }
}

export const pcmu: AudioCodec = g711('PCMU', expandMuLaw, compressMuLaw)
export const pcma: AudioCodec = g711('PCMA', expandALaw, compressALaw)
