import { fromPcm, type Sound } from './sound.ts'

const HEAD_OCTETS = 44
const PCM = 1

/** A WAV file: RIFF head, `fmt ` of 16 octets, `data`. */
export function toWav({ rate, samples }: Sound): Buffer {
  const wav = Buffer.alloc(HEAD_OCTETS + samples.length * 2)
  wav.write('RIFF', 0, 'latin1')
  wav.writeUInt32LE(wav.length - 8, 4)
  wav.write('WAVEfmt ', 8, 'latin1')
  wav.writeUInt32LE(16, 16)
  wav.writeUInt16LE(PCM, 20)
  wav.writeUInt16LE(1, 22) // channels
  wav.writeUInt32LE(rate, 24)
  wav.writeUInt32LE(rate * 2, 28) // octets a second
  wav.writeUInt16LE(2, 32) // octets a block
  wav.writeUInt16LE(16, 34) // bits
  wav.write('data', 36, 'latin1')
  wav.writeUInt32LE(samples.length * 2, 40)
  for (let index = 0; index < samples.length; index++) wav.writeInt16LE(samples[index] ?? 0, HEAD_OCTETS + index * 2)
  return wav
}

/** Of 16 bits and one channel, as drivers ask for. @returns undefined where it is something else */
export function fromWav(wav: Uint8Array): Sound | undefined {
  const view = new DataView(wav.buffer, wav.byteOffset, wav.byteLength)
  const word = (at: number) => String.fromCharCode(...wav.subarray(at, at + 4))
  if (wav.length < 12 || word(0) !== 'RIFF' || word(8) !== 'WAVE') return undefined
  let rate: number | undefined
  for (let at = 12; at + 8 <= wav.length; ) {
    const name = word(at)
    const octets = view.getUint32(at + 4, true)
    const start = at + 8
    if (name === 'fmt ') {
      if (start + 16 > wav.length) return undefined
      const isKnown =
        view.getUint16(start, true) === PCM && view.getUint16(start + 2, true) === 1 && view.getUint16(start + 14, true) === 16
      if (!isKnown) return undefined
      rate = view.getUint32(start + 4, true)
    }
    // A size that was not known when the head was written is that of all there is.
    if (name === 'data') return rate === undefined ? undefined : fromPcm(wav.subarray(start, Math.min(wav.length, start + octets)), rate)
    at = start + octets + (octets % 2)
  }
  return undefined
}
