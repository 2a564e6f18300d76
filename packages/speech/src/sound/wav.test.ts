import { expect, test } from 'vitest'
import { fromWav, toWav } from './wav.ts'

const sound = { rate: 8_000, samples: Int16Array.of(0, 1, -1, 32_767, -32_768) }

test('a WAV that was written is read as it was', () => {
  expect(fromWav(toWav(sound))).toEqual(sound)
})

test.each([
  ['no RIFF', Buffer.from('hello, this is no wave at all')],
  ['cut in its head', toWav(sound).subarray(0, 30)],
  ['of another encoding', Buffer.concat([toWav(sound).subarray(0, 20), Buffer.from([7, 0]), toWav(sound).subarray(22)])],
])('fromWav() refuses what is %s', (_what, octets) => {
  expect(fromWav(octets)).toBeUndefined()
})

test('a size that was never filled in is that of what there is', () => {
  const wav = toWav(sound)
  wav.writeUInt32LE(0xffffffff, 40)
  expect(fromWav(wav)).toEqual(sound)
})
