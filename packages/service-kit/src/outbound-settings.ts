import { z } from 'zod'
import { type Settings, textSetting } from './settings.ts'

const ENTRY = String.raw`\s*[^\s,]+(:\d{1,5}|/\d{1,3})\s*`

/** Setting of a service that reaches servers which customers name: it spreads it into its own, so that all of them mean the same. */
export const outboundSettings = {
  outboundAllow: textSetting(
    'VOIPBIN_OUTBOUND_ALLOW',
    '',
    {
      unit: 'list',
      about:
        'What webhooks, fetches, streams and SIP calls to addresses that customers name may reach beside the public Internet: "host:port" and subnets, comma separated',
    },
    z.string().regex(new RegExp(`^(${ENTRY}(,${ENTRY})*)?$`), 'must be "host:port" or subnets such as 10.0.0.0/8, comma separated'),
  ),
} satisfies Settings
