import { z } from 'zod'
import { type Settings, textSetting } from './settings.ts'

const isHttpUrl = (text: string) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)

/** Settings of a service that sends mails: it spreads them into its own, so that all of them mean the same server. */
export const mailSettings = {
  smtpUrl: textSetting(
    'VOIPBIN_SMTP_URL',
    '',
    {
      unit: 'URL',
      about: 'Server for mails, "smtp://user:password@host:port" or "smtps://…"; empty keeps them in "outbox" in the data folder',
    },
    z.string().regex(/^(smtps?:\/\/\S+)?$/, 'must begin with "smtp://" or "smtps://"'),
  ),
  mailFrom: textSetting('VOIPBIN_MAIL_FROM', 'VoIPBIN <noreply@localhost>', { unit: 'address', about: 'Sender of mails' }),
  publicUrl: textSetting(
    'VOIPBIN_PUBLIC_URL',
    'http://127.0.0.1:8080',
    {
      unit: 'URL',
      about: 'Where people reach the public API: links begin with it; where it is not set, and a port or address of the API is, that',
    },
    z.string().refine(isHttpUrl, 'must begin with "http://" or "https://"'),
  ),
} satisfies Settings
