import { integerSetting, type Settings } from '@voipbin/service-kit'

export const callConfig = {
  maxDurationSeconds: integerSetting(
    'VOIPBIN_CALL_MAX_DURATION',
    3600,
    { unit: 'seconds', about: 'Longest that a call may take' },
    { min: 1, max: 86_400 },
  ),
  dialTimeoutSeconds: integerSetting(
    'VOIPBIN_CALL_DIAL_TIMEOUT',
    60,
    { unit: 'seconds', about: 'How long an outgoing call rings before it is given up' },
    { min: 1, max: 600 },
  ),
} satisfies Settings
