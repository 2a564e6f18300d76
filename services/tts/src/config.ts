import { blobSettings, integerSetting, type Settings, type SettingValues, textSetting } from '@voipbin/service-kit'
import { z } from 'zod'

export const ttsConfig = {
  ...blobSettings,
  speechOrder: textSetting(
    'VOIPBIN_TTS_ORDER',
    'flite',
    { unit: 'list', about: 'Who makes speech where the customer names nobody, best first; one without its key is left out' },
    z.string().regex(/^[a-z]+(,[a-z]+)*$/, 'must be names with commas between'),
  ),
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
