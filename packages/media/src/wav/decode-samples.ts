import { endianness } from 'node:os'
import { pcma, pcmu } from '@voipbin/rtp'
import { sampleOctets, type WavEncoding, type WavFormat } from './wav-format.ts'

/** Full scale of 16 bits. */
const SCALE = 32_767
const companded = new Int16Array(1)

/** One sample as 16 bits. */
const readers: Readonly<Record<WavEncoding, (octets: Buffer, at: number) => number>> = {
  pcm8: (octets, at) => (octets.readUInt8(at) - 128) << 8,
  pcm16: (octets, at) => octets.readInt16LE(at),
  pcm24: (octets, at) => octets.readIntLE(at, 3) >> 8,
  pcm32: (octets, at) => octets.readInt32LE(at) >> 16,
  float32: (octets, at) => fromFloat(octets.readFloatLE(at)),
  float64: (octets, at) => fromFloat(octets.readDoubleLE(at)),
  ulaw: (octets, at) => expand(pcmu, octets, at),
  alaw: (octets, at) => expand(pcma, octets, at),
}

const fromFloat = (value: number): number => (Number.isFinite(value) ? Math.round(Math.max(-1, Math.min(1, value)) * SCALE) : 0)

function expand(codec: typeof pcmu, octets: Buffer, at: number): number {
  codec.decode(octets, at, at + 1, companded)
  return companded[0] ?? 0
}

const isLittleEndian = endianness() === 'LE'

/** They lie in the file as in memory: most files are of this kind. */
function copyOf(octets: Buffer): Int16Array {
  const samples = new Int16Array(octets.length >> 1)
  new Uint8Array(samples.buffer).set(octets.subarray(0, 2 * samples.length))
  return samples
}

/** Whole blocks of a file as mono: the mean of its channels. */
export function decodeSamples({ encoding, channels }: WavFormat, octets: Buffer): Int16Array {
  if (encoding === 'pcm16' && channels === 1 && isLittleEndian) return copyOf(octets)
  const width = sampleOctets[encoding]
  const read = readers[encoding]
  const samples = new Int16Array(Math.floor(octets.length / (width * channels)))
  for (let index = 0, at = 0; index < samples.length; index++) {
    let sum = 0
    for (let channel = 0; channel < channels; channel++, at += width) sum += read(octets, at)
    samples[index] = channels === 1 ? sum : Math.round(sum / channels)
  }
  return samples
}
