import { integerSetting, outboundSettings, type Settings, type SettingValues, textSetting } from '@voipbin/service-kit'

export const numberConfig = {
  ...outboundSettings,
  virtualLimit: integerSetting(
    'VOIPBIN_NUMBER_VIRTUAL_LIMIT',
    100,
    { unit: 'numbers', about: 'Virtual numbers that a customer may have' },
    { min: 0, max: 1_000_000 },
  ),
  telnyxApiKey: textSetting('VOIPBIN_TELNYX_API_KEY', '', {
    about: 'Key of Telnyx, which then sells telephone numbers; empty: it does not',
  }),
  telnyxUrl: textSetting('VOIPBIN_TELNYX_URL', 'https://api.telnyx.com', { unit: 'URL', about: 'Where the API of Telnyx is' }),
  telnyxConnectionId: textSetting('VOIPBIN_TELNYX_CONNECTION_ID', '', {
    about: 'SIP connection at Telnyx by which calls to new numbers come in; empty: as set there',
  }),
  telnyxMessagingProfileId: textSetting('VOIPBIN_TELNYX_MESSAGING_PROFILE_ID', '', {
    about: 'Messaging profile at Telnyx of new numbers; empty: as set there',
  }),
  twilioAccountSid: textSetting('VOIPBIN_TWILIO_ACCOUNT_SID', '', {
    about: 'Account at Twilio, which sells telephone numbers where Telnyx has no key; empty: it does not',
  }),
  twilioAuthToken: textSetting('VOIPBIN_TWILIO_AUTH_TOKEN', '', { about: 'Token of the account at Twilio' }),
  twilioUrl: textSetting('VOIPBIN_TWILIO_URL', 'https://api.twilio.com', { unit: 'URL', about: 'Where the API of Twilio is' }),
  twilioTrunkSid: textSetting('VOIPBIN_TWILIO_TRUNK_SID', '', {
    about: 'SIP trunk at Twilio by which calls to new numbers come in; empty: as set there',
  }),
} satisfies Settings
export type NumberConfig = SettingValues<typeof numberConfig>
