import { beforeEach, expect, test } from 'vitest'
import { levelOf, sine } from '../../test/listen.ts'
import { TestFiles } from '../../test/test-files.ts'
import { wavFile } from '../../test/wav-files.ts'
import { HeardWavs } from './heard-wavs.ts'

const tone = (frequency: number) => wavFile({ channels: [sine({ frequency, ms: 500 })] })

let files: TestFiles
let heard: HeardWavs
beforeEach(() => {
  files = new TestFiles()
  heard = new HeardWavs(files, { fileOctets: 10_000, files: 2 })
})

test('a file is read once, however many hear it at once or later', async () => {
  files.put('a.wav', tone(440))
  const [one, two] = await Promise.all([heard.find('a.wav'), heard.find('a.wav')])
  const three = await heard.find('a.wav')
  expect(one).toBe(two)
  expect(three).toBe(one)
  expect(levelOf(one?.samples ?? new Int16Array(), 440)).toBeCloseTo(-13, 0)
  expect(files.opened).toBe(1)
  expect(files.open).toBe(0)
})

test('one that was written to is read anew, and one that is gone is not there', async () => {
  files.put('a.wav', tone(440))
  await heard.find('a.wav')
  files.put('a.wav', tone(1_000))
  const again = await heard.find('a.wav')
  expect(levelOf(again?.samples ?? new Int16Array(), 1_000)).toBeCloseTo(-13, 0)
  await expect(heard.find('b.wav')).rejects.toThrow('ENOENT')
})

test('the one that was not heard for longest makes room', async () => {
  for (const name of ['a', 'b', 'c']) files.put(`${name}.wav`, tone(440))
  for (const name of ['a', 'b', 'a', 'c']) await heard.find(`${name}.wav`)
  expect(files.opened).toBe(3)
  await heard.find('a.wav')
  expect(files.opened).toBe(3)
  await heard.find('b.wav')
  expect(files.opened).toBe(4)
})

test('a long one is not kept', async () => {
  files.put('long.wav', wavFile({ channels: [sine({ frequency: 440, ms: 1_000 })] }))
  expect(await heard.find('long.wav')).toBeUndefined()
  expect(files.opened).toBe(0)
})

test('one that cannot be read is tried again', async () => {
  files.put('a.wav', Buffer.from('no WAV at all'))
  await expect(heard.find('a.wav')).rejects.toThrow('Cannot read the WAV')
  await expect(heard.find('a.wav')).rejects.toThrow('Cannot read the WAV')
  expect(files.opened).toBe(2)
  expect(files.open).toBe(0)
})
