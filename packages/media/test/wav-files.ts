import { pcma, pcmu } from '@voipbin/rtp'
import type { WavEncoding } from '../src/wav/wav-format.ts'

const formats: Readonly<Record<WavEncoding, readonly [format: number, bits: number]>> = {
  ...{ pcm8: [1, 8], pcm16: [1, 16], pcm24: [1, 24], pcm32: [1, 32] },
  ...{ float32: [3, 32], float64: [3, 64], alaw: [6, 8], ulaw: [7, 8] },
}

export type WavParts = {
  readonly encoding?: WavEncoding
  readonly rate?: number
  /** One array a channel. */
  readonly channels: readonly Int16Array[]
  /** In between `fmt ` and `data`. */
  readonly extraChunk?: Buffer
  /** What the head says in place of the truth. */
  readonly claimedOctets?: number
  readonly isExtensible?: boolean
}

/** A WAV as other programs write them. */
export function wavFile({ encoding = 'pcm16', rate = 8_000, channels, extraChunk, claimedOctets, isExtensible = false }: WavParts): Buffer {
  const samples = Array.from({ length: channels[0]?.length ?? 0 }, (_, index) =>
    channels.map((channel) => encode(encoding, channel[index] ?? 0)),
  )
  const data = Buffer.concat(samples.flat())
  const [format, bits] = formats[encoding]
  const block = (channels.length * bits) / 8
  const fmt = Buffer.alloc(isExtensible ? 40 : 16)
  fmt.writeUInt16LE(isExtensible ? 0xfffe : format, 0)
  fmt.writeUInt16LE(channels.length, 2)
  fmt.writeUInt32LE(rate, 4)
  fmt.writeUInt32LE(rate * block, 8)
  fmt.writeUInt16LE(block, 12)
  fmt.writeUInt16LE(bits, 14)
  if (isExtensible) fmt.writeUInt16LE(format, 24)
  const body = Buffer.concat([Buffer.from('WAVE'), chunk('fmt ', fmt), extraChunk ?? Buffer.alloc(0), chunk('data', data, claimedOctets)])
  return Buffer.concat([chunk('RIFF', body)])
}

export function chunk(name: string, body: Buffer, claimedOctets = body.length): Buffer {
  const head = Buffer.alloc(8)
  head.write(name, 'latin1')
  head.writeUInt32LE(claimedOctets, 4)
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)])
}

function encode(encoding: WavEncoding, sample: number): Buffer {
  const octets = Buffer.alloc(formats[encoding][1] / 8)
  if (encoding === 'pcm8') octets.writeUInt8((sample >> 8) + 128)
  if (encoding === 'pcm16') octets.writeInt16LE(sample)
  if (encoding === 'pcm24') octets.writeIntLE(sample << 8, 0, 3)
  if (encoding === 'pcm32') octets.writeInt32LE(sample << 16)
  if (encoding === 'float32') octets.writeFloatLE(sample / 32_768)
  if (encoding === 'float64') octets.writeDoubleLE(sample / 32_768)
  if (encoding === 'ulaw') pcmu.encode(Int16Array.of(sample), 1, octets, 0)
  if (encoding === 'alaw') pcma.encode(Int16Array.of(sample), 1, octets, 0)
  return octets
}

/** Channels of a file of 16-bit PCM, by its head. */
export function readWav(octets: Buffer): { readonly rate: number; readonly channels: readonly Int16Array[] } {
  const count = octets.readUInt16LE(22)
  const frames = octets.readUInt32LE(40) / (2 * count)
  if (octets.readUInt32LE(4) !== octets.readUInt32LE(40) + 36) throw new Error('The sizes of the WAV contradict each other')
  const channels = Array.from({ length: count }, (_, channel) =>
    Int16Array.from({ length: frames }, (_unused, index) => octets.readInt16LE(44 + 2 * (index * count + channel))),
  )
  return { rate: octets.readUInt32LE(24), channels }
}
