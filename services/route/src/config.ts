import { integerSetting, type Settings } from '@voipbin/service-kit'

export const routeConfig = {
  probeSeconds: integerSetting(
    'VOIPBIN_ROUTE_PROBE_SECONDS',
    60,
    { unit: 's', about: 'How often carriers are asked by SIP OPTIONS whether they are there' },
    { min: 5, max: 86_400 },
  ),
} satisfies Settings
