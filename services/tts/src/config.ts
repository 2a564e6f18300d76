import { blobSettings, integerSetting, type Settings, type SettingValues, textSetting } from '@voipbin/service-kit'
import { z } from 'zod'

const vendorUrl = (name: string, fallback: string, whose: string) =>
  textSetting(
    name,
    fallback,
    { unit: 'URL', about: `Address of ${whose}` },
    z.string().regex(/^(https?:\/\/[^\s]*[^\s/])?$/, 'must begin with "http://" or "https://" and end without a slash'),
  )

export const ttsConfig = {
  ...blobSettings,
  speechOrder: textSetting(
    'VOIPBIN_TTS_ORDER',
    'gcp,aws,elevenlabs,openai,flite',
    { unit: 'list', about: 'Who makes speech where the customer names nobody, best first; one without its key is left out' },
    z.string().regex(/^[a-z]+(,[a-z]+)*$/, 'must be names with commas between'),
  ),
  googleKey: textSetting('VOIPBIN_TTS_GOOGLE_KEY', '', { about: 'API key for Google Cloud Text-to-Speech; empty: not used' }),
  googleUrl: vendorUrl('VOIPBIN_TTS_GOOGLE_URL', 'https://texttospeech.googleapis.com', 'Google Cloud Text-to-Speech'),
  awsKeyId: textSetting('VOIPBIN_TTS_AWS_KEY_ID', '', { about: 'Access key id for Amazon Polly; empty: not used' }),
  awsSecret: textSetting('VOIPBIN_TTS_AWS_SECRET', '', { about: 'Secret access key for Amazon Polly' }),
  awsRegion: textSetting('VOIPBIN_TTS_AWS_REGION', 'us-east-1', { about: 'Region of Amazon Polly' }, z.string().regex(/^[a-z0-9-]{1,32}$/)),
  awsUrl: vendorUrl('VOIPBIN_TTS_AWS_URL', '', 'Amazon Polly; empty: that of the region'),
  elevenlabsKey: textSetting('VOIPBIN_TTS_ELEVENLABS_KEY', '', { about: 'API key for ElevenLabs; empty: not used' }),
  elevenlabsUrl: vendorUrl('VOIPBIN_TTS_ELEVENLABS_URL', 'https://api.elevenlabs.io', 'ElevenLabs'),
  elevenlabsModel: textSetting('VOIPBIN_TTS_ELEVENLABS_MODEL', 'eleven_multilingual_v2', { about: 'Model of ElevenLabs' }),
  openaiKey: textSetting('VOIPBIN_TTS_OPENAI_KEY', '', {
    about: 'API key for OpenAI, or a server that speaks as it does; empty: not used',
  }),
  openaiUrl: vendorUrl('VOIPBIN_TTS_OPENAI_URL', 'https://api.openai.com/v1', 'OpenAI, or a server that speaks as it does'),
  openaiModel: textSetting('VOIPBIN_TTS_OPENAI_MODEL', 'gpt-4o-mini-tts', { about: 'Model for speech' }),
  cacheMegabytes: integerSetting(
    'VOIPBIN_TTS_CACHE_MB',
    1_024,
    { unit: 'MB', about: 'Speech that is kept to be played again; the least recently played goes first' },
    { min: 1, max: 10_000_000 },
  ),
  cacheDays: integerSetting(
    'VOIPBIN_TTS_CACHE_DAYS',
    30,
    { unit: 'days', about: 'Speech that nobody played for this long is made anew' },
    { min: 1, max: 3_650 },
  ),
} satisfies Settings
export type TtsConfig = SettingValues<typeof ttsConfig>
