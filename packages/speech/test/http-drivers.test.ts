import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as later } from 'node:timers'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { DriverParts, SpeechSettings } from '../src/drivers/driver-parts.ts'
import { drivers } from '../src/drivers/index.ts'
import { toWav } from '../src/sound/wav.ts'
import { openSpeakers } from '../src/speakers.ts'
import { driverSuite, request } from './driver-suite.ts'

/** Half a second, and longer the more is said. */
const toneFor = (words: string, rate: number) => ({
  rate,
  samples: Int16Array.from({ length: rate / 2 + words.length * (rate / 20) }, (_, index) => Math.round(8_000 * Math.sin(index / 10))),
})
const pcmOf = (words: string, rate: number) => toWav(toneFor(words, rate)).subarray(44)

type Asked = { readonly url: string; readonly headers: IncomingMessage['headers']; readonly body: Record<string, unknown> }

/** What each vendor takes and gives, as its documents say. */
const vendors = {
  gcp: {
    path: '/v1/text:synthesize',
    secret: ({ headers }: Asked) => headers['x-goog-api-key'],
    words: ({ body }: Asked) => (body['input'] as { ssml: string }).ssml,
    answer: (words: string) => JSON.stringify({ audioContent: toWav(toneFor(words, 8_000)).toString('base64') }),
  },
  aws: {
    path: '/v1/speech',
    secret: ({ headers }: Asked) => /Credential=([^/]+)/.exec(String(headers.authorization))?.[1],
    words: ({ body }: Asked) => String(body['Text']),
    answer: (words: string) => pcmOf(words, 8_000),
  },
  elevenlabs: {
    path: '/v1/text-to-speech/21m00Tcm4TlvDq8ikWAM?output_format=pcm_16000',
    secret: ({ headers }: Asked) => headers['xi-api-key'],
    words: ({ body }: Asked) => String(body['text']),
    answer: (words: string) => pcmOf(words, 16_000),
  },
  openai: {
    path: '/v1/audio/speech',
    secret: ({ headers }: Asked) => String(headers.authorization).replace('Bearer ', ''),
    words: ({ body }: Asked) => String(body['input']),
    answer: (words: string) => pcmOf(words, 24_000),
  },
} as const
type Vendor = keyof typeof vendors
const names = Object.keys(vendors) as Vendor[]

const after = (ms: number, callback: () => void) => {
  const timer = later(callback, ms)
  return () => clearTimeout(timer)
}

describe('drivers over HTTP', () => {
  let origin = ''
  let vendor: Vendor = 'gcp'
  let behave: ((response: ServerResponse) => void) | undefined
  const asked: Asked[] = []
  const server = createServer(async (incoming, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming) chunks.push(chunk as Buffer)
    const one = { url: incoming.url ?? '', headers: incoming.headers, body: JSON.parse(Buffer.concat(chunks).toString()) }
    asked.push(one)
    if (behave) return behave(response)
    response.end(vendors[vendor].answer(vendors[vendor].words(one)))
  })
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => void server.close())
  beforeEach(() => {
    asked.length = 0
    behave = undefined
  })

  const partsOf = (more: Partial<SpeechSettings> = {}, wait: DriverParts['after'] = after): DriverParts => ({
    settings: {
      ...{ googleKey: 'SECRET', googleUrl: origin, awsKeyId: 'SECRET', awsSecret: 'HIDDEN', awsRegion: 'eu-west-1', awsUrl: origin },
      ...{ elevenlabsKey: 'SECRET', elevenlabsUrl: origin, elevenlabsModel: 'eleven_multilingual_v2' },
      ...{ openaiKey: 'SECRET', openaiUrl: `${origin}/v1`, openaiModel: 'gpt-4o-mini-tts', ...more },
    },
    ...{ fetch, now: () => Date.UTC(2026, 0, 1), after: wait },
  })
  const open = (name: Vendor, wait?: DriverParts['after']) => {
    vendor = name
    const driver = drivers[name](partsOf({}, wait))
    if (!driver) throw new Error('no driver')
    return driver
  }

  for (const name of names) driverSuite(name, async () => ({ driver: open(name), close: async () => {} }))

  test.each(names)('%s gets what its documents ask for', async (name) => {
    const driver = open(name)
    await driver.speak(request('Fish & chips'))
    const [one] = asked
    expect(one?.url).toBe(vendors[name].path)
    expect(one && vendors[name].secret(one)).toBe('SECRET')
    expect(one?.body).toMatchSnapshot()
  })

  test.each(names)('%s: a refusal, an answer without sound and a server that is away are told, without a key', async (name) => {
    const driver = open(name)
    const failure = async () =>
      (await driver.speak(request('Hello')).catch((error: unknown) => error)) as { reason: string; message: string }
    behave = (response) => void response.writeHead(403).end('not you')
    const refused = await failure()
    expect(refused).toMatchObject({ reason: 'REFUSED', message: `${name} answered 403: not you` })
    behave = (response) => void response.end('')
    expect(await failure()).toMatchObject({ reason: 'BAD_ANSWER' })
    behave = (response) => void response.destroy()
    const lost = await failure()
    expect(lost).toMatchObject({ reason: 'UNREACHABLE' })
    expect(`${refused.message} ${lost.message}`).not.toMatch(/SECRET|HIDDEN/)
  })

  test('one that does not answer in time is given up', async () => {
    let fire = () => {}
    const driver = open('openai', (_ms, callback) => {
      fire = callback
      return () => {}
    })
    behave = () => fire()
    await expect(driver.speak(request('Hello'))).rejects.toMatchObject({ reason: 'TIMEOUT' })
  })

  test('without its key a driver is not there, and says so before anything is said', () => {
    const speakers = openSpeakers(['gcp', 'aws', 'flite'], partsOf({ googleKey: '' }))
    expect(speakers.names).toEqual(['aws', 'flite'])
    expect(['google', 'polly', '', 'nobody'].map((provider) => speakers.check(provider))).toEqual(['missing', 'ready', 'ready', 'unknown'])
  })

  test('who is named is first, then who speaks the language, then the rest', () => {
    const speakers = openSpeakers(['flite', 'aws', 'openai'], partsOf())
    const plan = (provider: string, language: string) => speakers.plan({ provider, language }).map(({ name }) => name)
    expect(plan('', 'en-US')).toEqual(['flite', 'aws', 'openai'])
    expect(plan('', 'de-DE')).toEqual(['aws', 'openai', 'flite'])
    expect(plan('OpenAI', 'de-DE')).toEqual(['openai', 'aws', 'flite'])
    expect(plan('gcp', 'eu-ES')).toEqual(['openai', 'flite', 'aws'])
  })
})
