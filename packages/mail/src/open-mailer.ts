import type { Mailer, MailerOptions } from './mailer.ts'
import { createOutboxMailer } from './outbox-mailer.ts'
import { createSmtpMailer } from './smtp-mailer.ts'

/** Through the server of the URL, or into the outbox where there is none. Connects to nobody before the first mail. */
export function openMailer(options: MailerOptions): Mailer {
  return options.url === '' ? createOutboxMailer(options) : createSmtpMailer(options)
}
