import { integerSetting, outboundSettings, type Settings, type SettingValues, textSetting } from '@voipbin/service-kit'
import { z } from 'zod'

export const routeConfig = {
  ...outboundSettings,
  probeSeconds: integerSetting(
    'VOIPBIN_ROUTE_PROBE_SECONDS',
    60,
    { unit: 's', about: 'How often carriers are asked by SIP OPTIONS whether they are there' },
    { min: 5, max: 86_400 },
  ),
  publicAddresses: textSetting(
    'VOIPBIN_ROUTE_PUBLIC_ADDRESSES',
    '',
    {
      unit: 'list',
      about: 'Public IPv4 addresses that calls to carriers come from, comma separated; a carrier that is set up lets them in',
    },
    z.string().regex(/^(\s*\d{1,3}(\.\d{1,3}){3}\s*(,\s*\d{1,3}(\.\d{1,3}){3}\s*)*)?$/, 'must be IPv4 addresses, comma separated'),
  ),
  telnyxUrl: textSetting('VOIPBIN_ROUTE_TELNYX_URL', 'https://api.telnyx.com', {
    unit: 'URL',
    about: 'Where the API of Telnyx is that carriers are set up by',
  }),
} satisfies Settings
export type RouteConfig = SettingValues<typeof routeConfig>
