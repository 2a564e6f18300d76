import { blobSettings, integerSetting, type Settings } from '@voipbin/service-kit'

export const timelineConfig = {
  ...blobSettings,
  retentionDays: integerSetting(
    'VOIPBIN_TIMELINE_RETENTION',
    30,
    { unit: 'days', about: 'How long what happened is kept' },
    { min: 1, max: 3650 },
  ),
} satisfies Settings
