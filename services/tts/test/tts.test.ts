import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFolderStore } from '@voipbin/blob'
import { customerContract } from '@voipbin/contracts/customer'
import { ttsContract } from '@voipbin/contracts/tts'
import { aCustomer, createFakeClock, type FakeClock, finishJobs, publishEvent, type System, startSystem } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ttsService } from '../src/index.ts'

const customer_id = '11111111-1111-4111-8111-111111111111'
const HOUR_MS = 3_600_000

describe('tts', () => {
  let system: System
  let clock: FakeClock
  let dataDir: string
  const start = async (env: Record<string, string> = {}) => {
    system = await startSystem({ services: [ttsService], clock, dataDir, sqlUrl: 'sqlite:', env })
  }
  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'voipbin-tts-'))
    clock = createFakeClock()
    await start()
  })
  afterEach(async () => {
    await system.close()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const say = (text: string, more: Record<string, string> = {}) => system.client(ttsContract).makeSpeech({ customer_id, text, ...more })
  const blobs = () => openFolderStore(join(dataDir, 'blobs'), () => 'none')
  const fileOf = (url: string) => blobs().file(url.replace('blob:', '')) ?? ''
  const counted = async (result: string): Promise<number> => {
    const text = await (await fetch(`${system.platform.adminUrl}/metrics`)).text()
    const lines = text.split('\n').filter((line) => line.startsWith('voipbin_speech_requests_total') && line.includes(`result="${result}"`))
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  }

  test('a text becomes a WAV that telephones can hear, of the length that is told', async () => {
    const { url, duration_ms } = await say('Welcome to our company.')
    const wav = readFileSync(fileOf(url))
    expect([wav.toString('latin1', 0, 4), wav.readUInt16LE(22), wav.readUInt32LE(24), wav.readUInt16LE(34)]).toEqual(['RIFF', 1, 8000, 16])
    expect(duration_ms).toBe(Math.round((wav.length - 44) / 16))
    expect(duration_ms).toBeGreaterThan(800)
  })

  test('the same text is made once, at the same time and later, and after a restart', async () => {
    const first = await Promise.all([say('Hello'), say('Hello'), say('Hello')])
    expect(new Set(first.map(({ url }) => url)).size).toBe(1)
    await say('Hello')
    expect([await counted('made'), await counted('kept')]).toEqual([1, 1])
    await system.close()
    await start()
    expect(await say('Hello')).toEqual(first[0])
    expect(await counted('made')).toBe(0)
  })

  test.each([
    ['text', 'Hello!', {}],
    ['voice', 'Hello', { voice_id: 'rms' }],
    ['gender', 'Hello', { gender: 'male' }],
    ['language', 'Hello', { language: 'en-GB' }],
    ['customer', 'Hello', { customer_id: '22222222-2222-4222-8222-222222222222' }],
  ])('another %s is another sound', async (_what, text, more) => {
    expect((await say(text, more)).url).not.toBe((await say('Hello')).url)
  })

  test('a file that was lost is made again', async () => {
    const { url } = await say('Hello')
    rmSync(fileOf(url))
    expect((await say('Hello')).url).toBe(url)
    expect(existsSync(fileOf(url))).toBe(true)
  })

  test('a text without words is a short silence, and no failure in the middle of a call', async () => {
    expect(await say('🙂 ...')).toMatchObject({ duration_ms: 100 })
  })

  test('what nobody here has letters for is a silence, and told in the log', async () => {
    expect(await say('你好')).toMatchObject({ duration_ms: 100 })
    expect(system.logs).toContainEqual(expect.objectContaining({ level: 'warn', driver: 'flite' }))
  })

  test('where every driver fails, it is told as such', async () => {
    await system.close()
    await start({ VOIPBIN_TTS_ORDER: 'openai', VOIPBIN_TTS_OPENAI_KEY: 'x', VOIPBIN_TTS_OPENAI_URL: 'http://127.0.0.1:9' })
    await expect(say('Hello')).rejects.toMatchObject({ status: 'UNAVAILABLE', reason: 'SPEECH_UNAVAILABLE' })
  })

  test('a vendor that fails is stood in for by the next, and asked again for the next text', async () => {
    await system.close()
    await start({ VOIPBIN_TTS_OPENAI_KEY: 'x', VOIPBIN_TTS_OPENAI_URL: 'http://127.0.0.1:9' })
    expect((await say('Hello')).duration_ms).toBeGreaterThan(200)
    await say('Hello')
    expect([await counted('failed'), await counted('made'), await counted('kept')]).toEqual([2, 1, 1])
  })

  test('a provider that has no key here, or that nobody knows, is refused when it is asked about, and stands back in a call', async () => {
    const speeches = [
      {},
      { provider: 'google' },
      { provider: 'nobody' },
      { language: 'de-DE' },
      { voice_id: 'Joanna' },
      { voice_id: 'rms' },
    ]
    const { providers, problems } = await system.client(ttsContract).checkSpeech({ speeches })
    expect(providers).toEqual(['flite'])
    expect(problems.map(({ index, field, reason }) => [index, field, reason])).toEqual([
      [1, 'provider', 'SPEECH_PROVIDER_NOT_CONFIGURED'],
      [2, 'provider', 'SPEECH_PROVIDER_UNKNOWN'],
      [3, 'language', 'SPEECH_LANGUAGE_UNKNOWN'],
      [4, 'voice_id', 'SPEECH_VOICE_UNKNOWN'],
    ])
    expect((await say('Hello', { provider: 'nobody', voice_id: 'Joanna' })).url).toBe((await say('Hello')).url)
  })

  test('what was not played for long goes, its file some minutes later; what was played stays', async () => {
    const old = await say('Old')
    const played = await say('Played')
    for (let day = 0; day < 31; day++) {
      await clock.jump(24 * HOUR_MS)
      await say('Played')
    }
    await finishJobs(system, clock)
    expect(existsSync(fileOf(old.url))).toBe(true)
    await clock.jump(600_000)
    await finishJobs(system, clock)
    expect([existsSync(fileOf(old.url)), existsSync(fileOf(played.url))]).toEqual([false, true])
  })

  test('more than may be kept: what was played longest ago goes', async () => {
    await system.close()
    await start({ VOIPBIN_TTS_CACHE_MB: '1' })
    const sentence = 'One two three four five six seven eight nine ten. '.repeat(5)
    const urls: string[] = []
    for (let n = 0; n < 8; n++) {
      urls.push((await say(`${n}. ${sentence}`)).url)
      await clock.jump(60_000)
    }
    await clock.jump(HOUR_MS)
    await finishJobs(system, clock)
    await clock.jump(600_000)
    await finishJobs(system, clock)
    const kept = urls.map((url) => existsSync(fileOf(url)))
    expect([kept.at(0), kept.at(-1)]).toEqual([false, true])
  }, 60_000)

  test('when a customer is deleted, what it has said goes, and nobody else’s', async () => {
    const customer = aCustomer()
    const gone = await say('Hello', { customer_id: customer.id })
    const other = await say('Hello')
    await publishEvent(system.bus, customerContract, 'customer_deleted', customer)
    await finishJobs(system, clock)
    await clock.jump(700_000)
    await finishJobs(system, clock)
    expect([existsSync(fileOf(gone.url)), existsSync(fileOf(other.url))]).toEqual([false, true])
  })
})
