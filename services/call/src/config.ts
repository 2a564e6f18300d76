import { integerSetting, mailSettings, type Settings } from '@voipbin/service-kit'

const { publicUrl } = mailSettings

export const callConfig = {
  publicUrl,
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
  wayTimeoutSeconds: integerSetting(
    'VOIPBIN_CALL_WAY_TIMEOUT',
    15,
    { unit: 'seconds', about: 'How long a carrier may let nothing be heard before the next one is tried, where there is one' },
    { min: 1, max: 600 },
  ),
  callsPerExtension: integerSetting(
    'VOIPBIN_CALL_MAX_PER_EXTENSION',
    2,
    { unit: 'calls', about: 'How many calls an extension may have made that have not ended; a stolen password makes no more' },
    { min: 1, max: 1000 },
  ),
  networkCallsPerHour: integerSetting(
    'VOIPBIN_CALL_MAX_NETWORK_PER_HOUR',
    10,
    { unit: 'calls an hour', about: 'How many calls to the telephone network a customer may make in an hour' },
    { min: 0, max: 1_000_000 },
  ),
} satisfies Settings
