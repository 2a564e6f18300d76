import { fromWav } from '../sound/wav.ts'
import type { SpeechDriver } from '../speech-driver.ts'
import type { DriverParts } from './driver-parts.ts'
import { createHttpDriver } from './http-driver.ts'

/** Of one request; Google counts octets. */
const LIMIT_OCTETS = 4_900

/** Google Cloud Text-to-Speech, REST v1 `text:synthesize`, by API key. */
export function createGoogleDriver({ settings, fetch, after }: DriverParts): SpeechDriver | undefined {
  const { googleKey, googleUrl } = settings
  if (googleKey === '') return undefined
  return createHttpDriver({
    ...{ name: 'gcp', fetch, after, limitOctets: LIMIT_OCTETS },
    speaks: () => true,
    hasVoice: (voiceId) => /^[a-z]{2,3}-[A-Z]{2}-[A-Za-z0-9-]+$/.test(voiceId),
    // Google picks the voice where only a gender is named, for every language that it has.
    voiceFor: ({ gender }) => `@${gender}`,
    request(script, { language, voiceId }) {
      const voice = voiceId.startsWith('@') ? { ssmlGender: voiceId.slice(1).toUpperCase() } : { name: voiceId }
      const languageCode = voiceId.startsWith('@') ? language : (/^[a-z]{2,3}-[A-Z]{2}/.exec(voiceId)?.[0] ?? language)
      const body = {
        input: { ssml: script.ssml },
        voice: { languageCode, ...voice },
        audioConfig: { audioEncoding: 'LINEAR16', sampleRateHertz: 8_000 },
      }
      const headers = { 'content-type': 'application/json', 'x-goog-api-key': googleKey }
      return { url: `${googleUrl}/v1/text:synthesize`, headers, body: JSON.stringify(body) }
    },
    read: (octets) => fromWav(Buffer.from(contentOf(octets), 'base64')),
  })
}

function contentOf(octets: Buffer): string {
  try {
    const answer = JSON.parse(octets.toString('utf8')) as { audioContent?: unknown } | null
    return typeof answer?.audioContent === 'string' ? answer.audioContent : ''
  } catch {
    return ''
  }
}
