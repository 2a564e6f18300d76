import { fromPcm } from '../sound/sound.ts'
import type { Gender, SpeechDriver } from '../speech-driver.ts'
import type { DriverParts } from './driver-parts.ts'
import { createHttpDriver } from './http-driver.ts'

/** What `pcm` means there. */
const RATE = 24_000
const LIMIT_OCTETS = 4_000
const byGender: Readonly<Record<Gender, string>> = { female: 'nova', male: 'onyx', neutral: 'alloy' }

/** OpenAI's `POST /audio/speech`, and servers that speak as it does. It gets the words alone. */
export function createOpenaiDriver({ settings, fetch, after }: DriverParts): SpeechDriver | undefined {
  const { openaiKey, openaiUrl, openaiModel } = settings
  if (openaiKey === '') return undefined
  return createHttpDriver({
    ...{ name: 'openai', fetch, after, limitOctets: LIMIT_OCTETS },
    speaks: () => true,
    // Servers that speak as it does have voices of their own.
    hasVoice: (voiceId) => /^[\w.:-]{1,128}$/.test(voiceId),
    voiceFor: ({ gender }) => byGender[gender],
    request: (script, { voiceId }) => ({
      url: `${openaiUrl}/audio/speech`,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${openaiKey}` },
      body: JSON.stringify({ model: openaiModel, input: script.text, voice: voiceId, response_format: 'pcm' }),
    }),
    read: (octets) => fromPcm(octets, RATE),
  })
}
