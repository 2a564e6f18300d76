import { mailSettings, type SettingValues, textSetting } from '@voipbin/service-kit'
import { z } from 'zod'

export const customerConfig = {
  ...mailSettings,
  termsVersion: textSetting(
    'VOIPBIN_TERMS_VERSION',
    '1',
    { about: 'Version of the terms of service that a sign-up agrees to' },
    z.string().max(32),
  ),
}
export type CustomerConfig = SettingValues<typeof customerConfig>

/** Mails under way at once, of each kind: a server that hangs must not hold up other jobs. */
export const MAIL_HANDS = 4
