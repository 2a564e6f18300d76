import { expect, test } from 'vitest'
import { level, levelOf, sine } from '../../test/listen.ts'
import { settle } from '../../test/test-clock.ts'
import { TestFiles } from '../../test/test-files.ts'
import { chunk, wavFile } from '../../test/wav-files.ts'
import { HeardWavs, type HeardWavsLimits } from './heard-wavs.ts'
import type { WavEncoding } from './wav-format.ts'
import { WavSource } from './wav-source.ts'

/** All of a file at a rate; `waits` counts the frames that came too early. */
async function hear(octets: Buffer, rate = 8_000, limits?: HeardWavsLimits): Promise<{ samples: Int16Array; error: string; open: number }> {
  const files = new TestFiles()
  files.put('file.wav', octets)
  const source = new WavSource(new HeardWavs(files, limits), 'file.wav')
  const frame = new Int16Array(rate / 50)
  const heard: number[] = []
  for (let turn = 0; turn < 5_000; turn++) {
    await settle()
    const read = source.read(frame)
    if (read === 'audio') heard.push(...frame)
    if (read === 'end' || read === 'failed') break
  }
  source.close()
  await settle()
  return { samples: Int16Array.from(heard), error: source.error, open: files.open }
}

const encodings: readonly WavEncoding[] = ['pcm8', 'pcm16', 'pcm24', 'pcm32', 'float32', 'float64', 'ulaw', 'alaw']

test.each(encodings)('a file of %s sounds as it is', async (encoding) => {
  const { samples, error, open } = await hear(wavFile({ encoding, channels: [sine({ frequency: 440, ms: 1_600 })] }))
  expect(error).toBe('')
  expect(samples).toHaveLength(12_800)
  expect(levelOf(samples, 440)).toBeCloseTo(-13, 0)
  expect(open).toBe(0)
})

/** Too long to be kept, whatever its length. */
const NOTHING: HeardWavsLimits = { fileOctets: 0, files: 0 }

test.each(encodings)('a file of %s that is read as it is heard sounds as it is', async (encoding) => {
  const { samples, error, open } = await hear(wavFile({ encoding, channels: [sine({ frequency: 440, ms: 1_600 })] }), 8_000, NOTHING)
  expect(error).toBe('')
  expect(samples).toHaveLength(12_800)
  expect(levelOf(samples, 440)).toBeCloseTo(-13, 0)
  expect(open).toBe(0)
})

test.each([8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000])('a file of %i Hz keeps its pitch and length', async (rate) => {
  for (const asked of [8_000, 16_000]) {
    const { samples } = await hear(wavFile({ rate, channels: [sine({ frequency: 440, ms: 1_000, rate })] }), asked)
    expect(levelOf(samples, 440, asked)).toBeCloseTo(-13, 0)
    expect(Math.abs(samples.length - asked)).toBeLessThanOrEqual(asked / 50)
  }
})

test('several channels are heard as one', async () => {
  const channels = [sine({ frequency: 440, ms: 1_000 }), sine({ frequency: 1_000, ms: 1_000 })]
  const { samples } = await hear(wavFile({ channels }))
  expect(levelOf(samples, 440)).toBeCloseTo(-19, 0)
  expect(levelOf(samples, 1_000)).toBeCloseTo(-19, 0)
})

test('other chunks are passed over, and extensible formats are read', async () => {
  const channels = [sine({ frequency: 440, ms: 500 })]
  const { samples, error } = await hear(
    wavFile({ channels, extraChunk: chunk('LIST', Buffer.from('INFOdata of odd length')), isExtensible: true }),
  )
  expect(error).toBe('')
  expect(levelOf(samples, 440)).toBeCloseTo(-13, 0)
})

test.each([0, 0xffff_ffff])('a file that says %i octets is played to its end', async (claimedOctets) => {
  const octets = wavFile({ channels: [sine({ frequency: 440, ms: 700 })], claimedOctets })
  for (const limits of [undefined, NOTHING]) expect((await hear(octets, 8_000, limits)).samples).toHaveLength(5_600)
})

test('a last frame that is not full ends in silence', async () => {
  const { samples } = await hear(wavFile({ channels: [sine({ frequency: 440, ms: 30 })] }))
  expect(samples).toHaveLength(320)
  expect(level(samples.subarray(240))).toBe(-120)
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('This is no WAV, whatever its name may say')],
  ['no samples', Buffer.concat([Buffer.from('RIFF\0\0\0\0WAVE')])],
  ['MP3 inside', wavFile({ channels: [new Int16Array(10)] }).fill(0x55, 20, 22)],
])('a file of %s fails', async (_, octets) => {
  for (const limits of [undefined, NOTHING]) {
    const { samples, error, open } = await hear(octets, 8_000, limits)
    expect(samples).toHaveLength(0)
    expect(error).toContain('Cannot read the WAV')
    expect(open).toBe(0)
  }
})

test('a file that is not there fails with the words of the system', async () => {
  const source = new WavSource(new HeardWavs(new TestFiles()), 'missing.wav')
  await settle()
  expect(source.read(new Int16Array(160))).toBe('failed')
  expect(source.error).toContain('ENOENT')
})
