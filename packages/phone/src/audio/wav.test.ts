import { expect, it } from 'vitest'
import { readWav, writeWav } from './wav.ts'

it('what is written is read again', () => {
  const samples = Int16Array.of(0, 1, -1, 32_767, -32_768)
  const wav = readWav(writeWav(samples, 8_000))
  expect(wav.sampleRateHz).toBe(8_000)
  expect(wav.samples).toEqual(samples)
})

it('two channels are told apart, and mixed', () => {
  const file = writeWav(Int16Array.of(100, -100, 300, 100), 16_000)
  file.writeUInt16LE(2, 22)
  const { channels, samples } = readWav(file)
  expect(channels).toEqual([Int16Array.of(100, 300), Int16Array.of(-100, 100)])
  expect(samples).toEqual(Int16Array.of(0, 200))
})

it('other chunks are passed over, and a size that was never filled in means to the end', () => {
  const file = writeWav(Int16Array.of(1, 2), 8_000)
  const list = Buffer.from('LIST\x03\0\0\0abc\0', 'latin1')
  const long = Buffer.concat([file.subarray(0, 36), list, file.subarray(36)])
  long.writeUInt32LE(0xffffffff, 36 + list.length + 4)
  expect(readWav(long).samples).toEqual(Int16Array.of(1, 2))
})

it('G.711 is decoded', () => {
  const file = writeWav(new Int16Array(1), 8_000)
  file.writeUInt16LE(7, 20)
  file.writeUInt16LE(8, 34)
  expect(readWav(file).samples).toHaveLength(2)
})

it.each([
  ['no WAV', Buffer.from('ID3 this is music of another kind')],
  ['no data', writeWav(new Int16Array(0), 8_000).subarray(0, 36)],
])('%s is refused', (_what, file) => {
  expect(() => readWav(file)).toThrow(/^Cannot read WAV/)
})
