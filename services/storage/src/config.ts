import { blobSettings, integerSetting, mailSettings, type Settings } from '@voipbin/service-kit'

const { publicUrl } = mailSettings

export const storageConfig = {
  ...blobSettings,
  publicUrl,
  quotaMegabytes: integerSetting(
    'VOIPBIN_STORAGE_QUOTA_MB',
    10_240,
    { unit: 'MiB', about: 'What a customer may keep; an upload beyond it is refused, a recording is not' },
    { min: 1, max: 1_000_000_000 },
  ),
  linkHours: integerSetting(
    'VOIPBIN_STORAGE_LINK_HOURS',
    168,
    { unit: 'hours', about: 'How long a link to a file is good' },
    { min: 1, max: 8_760 },
  ),
} satisfies Settings
