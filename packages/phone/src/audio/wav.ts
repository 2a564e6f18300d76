import { pcma, pcmu } from '@voipbin/rtp'
import { WavSyntaxError } from '../errors.ts'

const HEADER_OCTETS = 44
const FORMAT_PCM = 1
const FORMAT_A_LAW = 6
const FORMAT_MU_LAW = 7

export type Wav = { readonly sampleRateHz: number; readonly channels: readonly Int16Array[]; readonly samples: Int16Array }

/**
 * Reads a RIFF WAVE of 16-bit PCM or G.711.
 *
 * ```
 * RIFF <octets> WAVE  fmt  <16> format channels rate octets/s block bits  …  data <octets> samples
 * ```
 * A size beyond the file is taken as "to its end": a recorder that was killed leaves it so.
 * @throws WavSyntaxError when it is something else
 */
export function readWav(octets: Buffer): Wav {
  if (octets.toString('latin1', 0, 4) !== 'RIFF' || octets.toString('latin1', 8, 12) !== 'WAVE')
    throw new WavSyntaxError('it does not begin with RIFF and WAVE')
  const format = findChunk(octets, 'fmt ')
  const data = findChunk(octets, 'data')
  if (!format || format.length < 16 || !data) throw new WavSyntaxError('no format or no data in it')
  const channelCount = format.readUInt16LE(2)
  const samples = decode(data, format.readUInt16LE(0), format.readUInt16LE(14))
  if (channelCount === 0) throw new WavSyntaxError('it has no channels')
  const frames = Math.floor(samples.length / channelCount)
  const channels = Array.from({ length: channelCount }, (_, channel) =>
    Int16Array.from({ length: frames }, (_, frame) => samples[frame * channelCount + channel] ?? 0),
  )
  const mixed = Int16Array.from(
    { length: frames },
    (_, frame) => channels.reduce((sum, each) => sum + (each[frame] ?? 0), 0) / channelCount,
  )
  return { sampleRateHz: format.readUInt32LE(4), channels, samples: mixed }
}

function findChunk(octets: Buffer, name: string): Buffer | undefined {
  for (let at = 12; at + 8 <= octets.length; ) {
    const size = octets.readUInt32LE(at + 4)
    if (octets.toString('latin1', at, at + 4) === name) return octets.subarray(at + 8, at + 8 + size)
    at += 8 + size + (size % 2)
  }
  return undefined
}

function decode(data: Buffer, format: number, bits: number): Int16Array {
  if (format === FORMAT_PCM && bits === 16) return Int16Array.from({ length: data.length >> 1 }, (_, index) => data.readInt16LE(2 * index))
  const codec = format === FORMAT_A_LAW ? pcma : format === FORMAT_MU_LAW ? pcmu : undefined
  if (!codec) throw new WavSyntaxError(`format ${format} with ${bits} bits; 16-bit PCM and G.711 can be read`)
  const samples = new Int16Array(data.length)
  codec.decode(data, 0, data.length, samples)
  return samples
}

/** A WAV of 16-bit PCM, one channel. */
export function writeWav(samples: Int16Array, sampleRateHz: number): Buffer {
  const dataOctets = 2 * samples.length
  const file = Buffer.alloc(HEADER_OCTETS + dataOctets)
  file.write('RIFF', 0, 'latin1')
  file.writeUInt32LE(HEADER_OCTETS - 8 + dataOctets, 4)
  file.write('WAVEfmt ', 8, 'latin1')
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(FORMAT_PCM, 20)
  file.writeUInt16LE(1, 22)
  file.writeUInt32LE(sampleRateHz, 24)
  file.writeUInt32LE(2 * sampleRateHz, 28)
  file.writeUInt16LE(2, 32)
  file.writeUInt16LE(16, 34)
  file.write('data', 36, 'latin1')
  file.writeUInt32LE(dataOctets, 40)
  for (let index = 0; index < samples.length; index++) file.writeInt16LE(samples[index] ?? 0, HEADER_OCTETS + 2 * index)
  return file
}
