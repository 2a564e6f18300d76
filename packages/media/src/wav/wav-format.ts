/** How samples lie in the file. Several channels take turns, sample by sample. */
export type WavEncoding = 'pcm8' | 'pcm16' | 'pcm24' | 'pcm32' | 'float32' | 'float64' | 'ulaw' | 'alaw'
export type WavFormat = { readonly encoding: WavEncoding; readonly channels: number; readonly rate: number }

export const sampleOctets: Readonly<Record<WavEncoding, number>> = {
  ...{ pcm8: 1, pcm16: 2, pcm24: 3, pcm32: 4, float32: 4, float64: 8, ulaw: 1, alaw: 1 },
}

/** A file that cannot be played. */
export class WavSyntaxError extends SyntaxError {
  override readonly name = 'WavSyntaxError'
  constructor(fault: string) {
    super(`Cannot read the WAV: ${fault}`)
  }
}

const PCM = 1
const FLOAT = 3
const A_LAW = 6
const MU_LAW = 7
/** The real format stands in the first two octets of a GUID. */
const EXTENSIBLE = 0xfffe

/**
 * The `fmt ` chunk without its head:
 *
 *     0 format (2)  2 channels (2)  4 rate (4)  8 octets per second (4)  12 block (2)  14 bits (2)  16 more (2) … 24 format of extensible (2)
 *
 * @throws WavSyntaxError
 */
export function parseWavFormat(chunk: Buffer): WavFormat {
  if (chunk.length < 16) throw new WavSyntaxError('its format chunk is too short')
  const written = chunk.readUInt16LE(0)
  const format = written === EXTENSIBLE && chunk.length >= 26 ? chunk.readUInt16LE(24) : written
  const bits = chunk.readUInt16LE(14)
  const encoding = encodingOf(format, bits)
  if (!encoding) throw new WavSyntaxError(`format ${format} with ${bits} bits is not known`)
  const channels = chunk.readUInt16LE(2)
  const rate = chunk.readUInt32LE(4)
  if (channels < 1 || channels > 8) throw new WavSyntaxError(`it has ${channels} channels`)
  if (rate < 4_000 || rate > 192_000) throw new WavSyntaxError(`its rate is ${rate} Hz`)
  return { encoding, channels, rate }
}

function encodingOf(format: number, bits: number): WavEncoding | undefined {
  const known: Readonly<Record<string, WavEncoding>> = {
    ...{ [`${PCM}/8`]: 'pcm8', [`${PCM}/16`]: 'pcm16', [`${PCM}/24`]: 'pcm24', [`${PCM}/32`]: 'pcm32' },
    ...{ [`${FLOAT}/32`]: 'float32', [`${FLOAT}/64`]: 'float64', [`${A_LAW}/8`]: 'alaw', [`${MU_LAW}/8`]: 'ulaw' },
  }
  return known[`${format}/${bits}`]
}

export const WAV_HEAD_OCTETS = 44

/**
 * Head of a file of 16-bit PCM:
 *
 *     0 "RIFF"  4 size − 8  8 "WAVE"  12 "fmt "  16 16  20 PCM  22 channels  24 rate  28 octets/s  32 block  34 bits  36 "data"  40 octets
 */
export function wavHead({ channels, rate, dataOctets }: { channels: number; rate: number; dataOctets: number }): Buffer {
  const head = Buffer.alloc(WAV_HEAD_OCTETS)
  head.write('RIFF', 0, 'latin1')
  head.writeUInt32LE(dataOctets + WAV_HEAD_OCTETS - 8, 4)
  head.write('WAVEfmt ', 8, 'latin1')
  head.writeUInt32LE(16, 16)
  head.writeUInt16LE(PCM, 20)
  head.writeUInt16LE(channels, 22)
  head.writeUInt32LE(rate, 24)
  head.writeUInt32LE(rate * channels * 2, 28)
  head.writeUInt16LE(channels * 2, 32)
  head.writeUInt16LE(16, 34)
  head.write('data', 36, 'latin1')
  head.writeUInt32LE(dataOctets, 40)
  return head
}
