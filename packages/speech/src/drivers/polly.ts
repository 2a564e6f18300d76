import { fromPcm } from '../sound/sound.ts'
import { baseLanguage, type Gender, type SpeechDriver } from '../speech-driver.ts'
import type { DriverParts } from './driver-parts.ts'
import { createHttpDriver } from './http-driver.ts'
import { signRequest } from './sign-request.ts'

const RATE = 8_000
/** Of one request: 3000 characters are billed, and marks are not. */
const LIMIT_OCTETS = 2_900

/** Standard voices, woman and man; the first of a language is for its other countries, too. */
const voices: Readonly<Record<string, readonly [female: string, male: string]>> = {
  'en-us': ['Joanna', 'Matthew'],
  'en-gb': ['Amy', 'Brian'],
  'en-au': ['Nicole', 'Russell'],
  'en-in': ['Aditi', 'Aditi'],
  'de-de': ['Marlene', 'Hans'],
  'fr-fr': ['Celine', 'Mathieu'],
  'fr-ca': ['Chantal', 'Chantal'],
  'es-es': ['Conchita', 'Enrique'],
  'es-us': ['Penelope', 'Miguel'],
  'it-it': ['Carla', 'Giorgio'],
  'ja-jp': ['Mizuki', 'Takumi'],
  'ko-kr': ['Seoyeon', 'Seoyeon'],
  'pt-br': ['Camila', 'Ricardo'],
  'pt-pt': ['Ines', 'Cristiano'],
  'ru-ru': ['Tatyana', 'Maxim'],
  'zh-cn': ['Zhiyu', 'Zhiyu'],
  'nl-nl': ['Lotte', 'Ruben'],
  'pl-pl': ['Ewa', 'Jacek'],
  'sv-se': ['Astrid', 'Astrid'],
  'da-dk': ['Naja', 'Mads'],
  'nb-no': ['Liv', 'Liv'],
  'tr-tr': ['Filiz', 'Filiz'],
  'ro-ro': ['Carmen', 'Carmen'],
  'hi-in': ['Aditi', 'Aditi'],
  'cmn-cn': ['Zhiyu', 'Zhiyu'],
}

/** Amazon Polly, `SynthesizeSpeech` over HTTP, signed with an access key. */
export function createPollyDriver({ settings, fetch, after, now }: DriverParts): SpeechDriver | undefined {
  const { awsKeyId: keyId, awsSecret: secret, awsRegion: region, awsUrl } = settings
  if (keyId === '' || secret === '') return undefined
  const url = `${awsUrl || `https://polly.${region}.amazonaws.com`}/v1/speech`
  return createHttpDriver({
    ...{ name: 'aws', fetch, after, limitOctets: LIMIT_OCTETS },
    speaks: (language) => voicesFor(language) !== undefined,
    hasVoice: (voiceId) => /^[A-Z][A-Za-z]{1,31}$/.test(voiceId),
    voiceFor: ({ language, gender }) => pick(voicesFor(language) ?? voices['en-us'], gender),
    request(script, { voiceId }) {
      const body = JSON.stringify({ OutputFormat: 'pcm', SampleRate: String(RATE), Text: script.ssml, TextType: 'ssml', VoiceId: voiceId })
      const wanted = { method: 'POST', url, headers: { 'content-type': 'application/json' }, body }
      return { url, body, headers: signRequest(wanted, { keyId, secret, region, service: 'polly' }, now()) }
    },
    read: (octets) => fromPcm(octets, RATE),
  })
}

function voicesFor(language: string): readonly [string, string] | undefined {
  const wanted = language.toLowerCase().replace('_', '-')
  return voices[wanted] ?? Object.entries(voices).find(([known]) => baseLanguage(known) === baseLanguage(wanted))?.[1]
}

const pick = (pair: readonly [string, string] | undefined, gender: Gender): string => pair?.[gender === 'male' ? 1 : 0] ?? 'Joanna'
