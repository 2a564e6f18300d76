import { integerSetting, type Settings, type SettingValues } from '@voipbin/service-kit'

export const numberConfig = {
  virtualLimit: integerSetting(
    'VOIPBIN_NUMBER_VIRTUAL_LIMIT',
    100,
    { unit: 'numbers', about: 'Virtual numbers that a customer may have' },
    { min: 0, max: 1_000_000 },
  ),
} satisfies Settings
export type NumberConfig = SettingValues<typeof numberConfig>
