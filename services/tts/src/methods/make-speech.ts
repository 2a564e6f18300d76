import { Readable } from 'node:stream'
import { type BlobStore, blobUrl } from '@voipbin/blob'
import { ServiceError } from '@voipbin/contracts/errors'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { TtsContract } from '@voipbin/contracts/tts'
import type { Answer, Ctx } from '@voipbin/service-kit'
import {
  durationMs,
  parseScript,
  resample,
  type Script,
  type Sound,
  type Speakers,
  type SpeechDriver,
  SpeechFailed,
  toWav,
} from '@voipbin/speech'
import { scheduleTrim } from '../jobs/trim-speeches.ts'
import type { SpeechMetrics } from '../metrics.ts'
import { hasWords, type Saying, sayingOf, speechKey, voiceOf } from '../speech.ts'
import { findSpeech, saveSpeech, touchSpeech } from '../store/speeches.ts'

/** What telephones hear. */
const RATE = 8_000
/** Of one driver, whatever it does meanwhile; within the time that whoever asks has. */
const LONGEST_MS = 22_000
/** A use is written down once an hour. */
const TOUCH_MS = 3_600_000
/** Of a text without words. */
const SHORT_SILENCE_MS = 100

type Made = { readonly url: string; readonly duration_ms: number }
export type SpeechParts = {
  readonly speakers: Speakers
  readonly blobs: BlobStore
  readonly metrics: SpeechMetrics
  readonly once: (key: string, make: () => Promise<Made>) => Promise<Made>
}
type Work = { readonly key: string; readonly saying: Saying; readonly script: Script; readonly voice: string }

export const makeSpeech =
  (parts: SpeechParts): Answer<TtsContract, 'makeSpeech'> =>
  async (ctx, wish) => {
    const saying = sayingOf(wish)
    const script = parseScript(saying.text)
    const silent = { key: speechKey('silence', '', saying), saying, script, voice: '' }
    if (!hasWords(script.text)) return haveOrMake(parts, ctx, silent)
    const isReady = parts.speakers.check(wish.provider) === 'ready'
    const plan = parts.speakers.plan({ provider: wish.provider, language: saying.language })
    const failures: unknown[] = []
    for (const [index, driver] of plan.entries()) {
      const voice = index === 0 && isReady ? voiceOf(driver, saying) : driver.voiceFor(saying)
      const work = { key: speechKey(driver.name, voice, saying), saying, script, voice }
      try {
        return await parts.once(work.key, () => haveOrMake(parts, ctx, work, driver))
      } catch (error) {
        failures.push(error)
        parts.metrics.failed(driver.name)
        ctx.log.warn('a driver could not make speech', { customer_id: wish.customer_id, driver: driver.name, error })
      }
    }
    // All that are here lack the letters: trying again would not help, and a silence is better than a call that ends.
    if (failures.length > 0 && failures.every(isUnspeakable)) return haveOrMake(parts, ctx, silent)
    const cause = new AggregateError(failures, 'no driver could')
    throw new ServiceError('UNAVAILABLE', 'SPEECH_UNAVAILABLE', 'Cannot make speech of the text: no provider could', { cause })
  }

const isUnspeakable = (error: unknown): boolean => error instanceof SpeechFailed && error.reason === 'NOTHING_TO_SAY'

async function haveOrMake({ blobs, metrics }: SpeechParts, ctx: Ctx, work: Work, driver?: SpeechDriver): Promise<Made> {
  const { key, saying } = work
  const known = await findSpeech(ctx.read(), key)
  // Its file may have been lost: then it is made again.
  if (known && (await blobs.size(key)) !== undefined) {
    metrics.hit()
    const now = ctx.read().now
    if (known.tm_used < addMilliseconds(now, -TOUCH_MS)) await ctx.transaction((tx) => touchSpeech(tx, key))
    return { url: blobUrl(key), duration_ms: known.duration_ms }
  }
  const begun = ctx.clock.monotonic()
  const sound = driver ? await resample(await speak(ctx, work, driver), RATE) : silence(work.script)
  const wav = toWav(sound)
  await blobs.put(Readable.from([wav]), () => key)
  const made = { octets: wav.length, duration_ms: durationMs(sound) }
  await ctx.transaction(async (tx) => {
    await saveSpeech(tx, { key, customer_id: saying.customer_id, ...made })
    scheduleTrim(tx)
  })
  metrics.made(driver?.name ?? 'silence', (ctx.clock.monotonic() - begun) / 1_000)
  return { url: blobUrl(key), duration_ms: made.duration_ms }
}

async function speak(ctx: Ctx, { script, saying, voice }: Work, driver: SpeechDriver): Promise<Sound> {
  const late = new AbortController()
  const stopTimer = ctx.clock.after(LONGEST_MS, () => late.abort())
  try {
    const { language, gender } = saying
    return await driver.speak({ script, language, gender, voiceId: voice, signal: late.signal })
  } finally {
    stopTimer()
  }
}

function silence({ parts }: Script): Sound {
  const ms = parts.reduce((sum, part) => sum + ('pauseMs' in part ? part.pauseMs : 0), SHORT_SILENCE_MS)
  return { rate: RATE, samples: new Int16Array((ms * RATE) / 1_000) }
}
