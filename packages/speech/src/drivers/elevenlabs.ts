import { fromPcm } from '../sound/sound.ts'
import type { Gender, SpeechDriver } from '../speech-driver.ts'
import type { DriverParts } from './driver-parts.ts'
import { createHttpDriver } from './http-driver.ts'

const RATE = 16_000
const LIMIT_OCTETS = 4_900
/** Voices that every account has: Rachel, Adam. Their model speaks many languages. */
const byGender: Readonly<Record<Gender, string>> = {
  female: '21m00Tcm4TlvDq8ikWAM',
  male: 'pNInz6obpgDQGcFmaJgB',
  neutral: '21m00Tcm4TlvDq8ikWAM',
}

/** ElevenLabs, `POST /v1/text-to-speech/{voice}`. It gets words, not SSML: pauses stand as they are written there. */
export function createElevenlabsDriver({ settings, fetch, after }: DriverParts): SpeechDriver | undefined {
  const { elevenlabsKey, elevenlabsUrl, elevenlabsModel } = settings
  if (elevenlabsKey === '') return undefined
  return createHttpDriver({
    ...{ name: 'elevenlabs', fetch, after, limitOctets: LIMIT_OCTETS },
    speaks: () => true,
    hasVoice: (voiceId) => /^[A-Za-z0-9]{20}$/.test(voiceId),
    voiceFor: ({ gender }) => byGender[gender],
    request: (script, { voiceId }) => ({
      url: `${elevenlabsUrl}/v1/text-to-speech/${encodeURIComponent(voiceId)}?output_format=pcm_${RATE}`,
      headers: { 'content-type': 'application/json', 'xi-api-key': elevenlabsKey },
      body: JSON.stringify({ text: script.parts.map(asWords).join(' '), model_id: elevenlabsModel }),
    }),
    read: (octets) => fromPcm(octets, RATE),
  })
}

/** Three seconds are the longest that it makes. */
const asWords = (part: { readonly text: string } | { readonly pauseMs: number }): string =>
  'text' in part ? part.text : `<break time="${Math.min(3, part.pauseMs / 1_000)}s" />`
