import { type Tier, tiers } from '@voipbin/contracts/api'
import {
  blobSettings,
  integerSetting,
  networksSetting,
  numberSetting,
  type Setting,
  type SettingValues,
  textSetting,
} from '@voipbin/service-kit'
import type { z } from 'zod'

type TierDefaults = { readonly ratePerSecond: number; readonly burst: number; readonly whose: string }

const tierDefaults: Readonly<Record<Tier, TierDefaults>> = {
  AUTH_PUBLIC: { ratePerSecond: 10, burst: 20, whose: 'client address, on the open sign-in routes' },
  AUTH_PROTECTED: { ratePerSecond: 10, burst: 20, whose: 'client address, on sign-in routes that need a credential' },
  V1: { ratePerSecond: 200, burst: 400, whose: 'client address, on /v1.0' },
  V1_CUSTOMER: { ratePerSecond: 100, burst: 200, whose: 'customer, by its agents and access keys together' },
  V1_CUSTOMER_DIRECT: { ratePerSecond: 50, burst: 100, whose: 'customer, by direct tokens' },
  V1_CUSTOMER_DELEGATE: { ratePerSecond: 8.3, burst: 16, whose: 'customer, by delegates' },
}

type RateSettings = { readonly [T in Tier as `${T}_RPS` | `${T}_BURST`]: Setting<z.ZodType<number>> }

function rateSettings(): RateSettings {
  const settings = tiers.flatMap((tier) => {
    const { ratePerSecond, burst, whose } = tierDefaults[tier]
    const name = `VOIPBIN_RATE_LIMIT_${tier}` as const
    const rate = { unit: 'requests/s', about: `Sustained rate a ${whose}; 0 turns the limit off` }
    const atOnce = { unit: 'requests', about: `Requests at once a ${whose}` }
    return [
      [`${tier}_RPS`, numberSetting(`${name}_RPS`, ratePerSecond, rate, { min: 0, max: 10_000 })],
      [`${tier}_BURST`, integerSetting(`${name}_BURST`, burst, atOnce, { min: 1, max: 100_000 })],
    ] as const
  })
  return Object.fromEntries(settings) as unknown as RateSettings
}

export const gatewayConfig = {
  ...blobSettings,
  httpHost: textSetting('VOIPBIN_HTTP_HOST', '127.0.0.1', { unit: 'address', about: 'Address of the public API; 0.0.0.0 is every one' }),
  httpPort: integerSetting(
    'VOIPBIN_HTTP_PORT',
    8080,
    { unit: 'port', about: 'Port of the public API; 0 picks a free one' },
    { min: 0, max: 65535 },
  ),
  bodyLimit: integerSetting(
    'VOIPBIN_HTTP_BODY_LIMIT',
    1_048_576,
    { unit: 'octets', about: 'Largest body of a request that carries no file' },
    { min: 1024, max: 104_857_600 },
  ),
  fileLimit: integerSetting(
    'VOIPBIN_HTTP_FILE_LIMIT',
    104_857_600,
    { unit: 'octets', about: 'Largest file that a client may upload' },
    { min: 1024, max: 10_737_418_240 },
  ),
  trustedProxies: networksSetting('VOIPBIN_TRUSTED_PROXIES', 'Proxies whose CF-Connecting-IP and X-Forwarded-For are believed'),
  maxSockets: integerSetting(
    'VOIPBIN_WEBSOCKET_MAX',
    10_000,
    { unit: 'sockets', about: 'WebSockets for events that one process holds open' },
    { min: 0, max: 100_000 },
  ),
  maxCustomerSockets: integerSetting(
    'VOIPBIN_WEBSOCKET_MAX_CUSTOMER',
    2_000,
    { unit: 'sockets', about: 'WebSockets for events that one process holds open a customer' },
    { min: 0, max: 100_000 },
  ),
  ...rateSettings(),
}
export type GatewayConfig = SettingValues<typeof gatewayConfig>
