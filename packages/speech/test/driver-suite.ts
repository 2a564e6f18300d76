import { describe, expect, test } from 'vitest'
import { parseScript } from '../src/script/script.ts'
import type { Sound } from '../src/sound/sound.ts'
import { type SpeechDriver, SpeechFailed, type SpeechRequest } from '../src/speech-driver.ts'

export type Bench = { readonly driver: SpeechDriver; close(): Promise<void> }

export const request = (text: string, more: Partial<SpeechRequest> = {}): SpeechRequest => ({
  ...{ script: parseScript(text), language: 'en-US', voiceId: '', gender: 'female', signal: new AbortController().signal },
  ...more,
})

/** How loud a sound is, of 1: silence is 0. */
export const loudness = ({ samples }: Sound): number =>
  Math.sqrt(samples.reduce((sum, sample) => sum + (sample / 32_768) ** 2, 0) / samples.length)

/** What every driver promises, whoever is behind it. */
export function driverSuite(name: string, open: () => Promise<Bench>): void {
  describe(`driver ${name}`, () => {
    const using = async <T>(work: (driver: SpeechDriver) => Promise<T>): Promise<T> => {
      const bench = await open()
      try {
        return await work(bench.driver)
      } finally {
        await bench.driver.close()
        await bench.close()
      }
    }

    test('says its name, and speaks English with a voice for each gender', () =>
      using(async (driver) => {
        expect(driver.name).toBe(name)
        expect(driver.speaks('en-US')).toBe(true)
        expect(driver.voiceFor({ language: 'en-US', gender: 'male' })).not.toBe(driver.voiceFor({ language: 'en-US', gender: 'female' }))
        expect(driver.hasVoice('no voice at all!')).toBe(false)
      }))

    test('says a plain text, whatever signs are in it', () =>
      using(async (driver) => {
        const sound = await driver.speak(request('Fish & chips < 5 > 3, "hello" there'))
        expect(sound.rate).toBeGreaterThanOrEqual(8_000)
        expect(sound.samples.length / sound.rate).toBeGreaterThan(0.5)
        expect(loudness(sound)).toBeGreaterThan(0.01)
      }))

    test('says SSML', () =>
      using(async (driver) => {
        const sound = await driver.speak(request('<speak>Hello <break time="300ms"/> <prosody rate="slow">world</prosody></speak>'))
        expect(loudness(sound)).toBeGreaterThan(0.01)
      }))

    test('says several texts at once, each its own', () =>
      using(async (driver) => {
        const [short, long] = await Promise.all([
          driver.speak(request('One.')),
          driver.speak(request('One two three four five six seven eight nine ten.')),
        ])
        expect(long?.samples.length).toBeGreaterThan((short?.samples.length ?? 0) * 1.5)
      }))

    test(
      'says a text that is longer than one request may be',
      () =>
        using(async (driver) => {
          const sound = await driver.speak(request('This is one sentence of many. '.repeat(180)))
          expect(sound.samples.length / sound.rate).toBeGreaterThan(10)
        }),
      60_000,
    )

    test('gives up when it is told to', () =>
      using(async (driver) => {
        const stop = AbortSignal.abort()
        await expect(driver.speak(request('Hello', { signal: stop }))).rejects.toBeInstanceOf(SpeechFailed)
      }))
  })
}
