import { checkAddress, MailError, type Mailer, type MailerOptions } from './mailer.ts'

/** A server that takes longer counts as away; whoever sends tries again later. */
const CONNECT_MS = 5000
const ANSWER_MS = 15_000

/** A connection a mail. The SMTP client is loaded with the first one, because most processes never send any. */
export function createSmtpMailer({ url, from, now }: MailerOptions): Mailer {
  const loading = lazily(async () => {
    const { createTransport } = await import('nodemailer')
    const timeouts = { connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: ANSWER_MS, dnsTimeout: CONNECT_MS }
    return createTransport({ url, ...timeouts, disableFileAccess: true, disableUrlAccess: true })
  })
  return {
    async send({ to, subject, text, html }) {
      const recipient = { name: '', address: checkAddress(to) }
      const transport = await loading()
      try {
        await transport.sendMail({ from, to: recipient, subject, text, html, date: new Date(now()) })
      } catch (error) {
        throw toMailError(error)
      }
    },
  }
}

function lazily<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined
  return () => {
    loaded ??= load()
    return loaded
  }
}

/** Codes from 500 on are the server's last word (RFC 5321 §4.2.1), but for a refused login, which an operator can mend. */
function toMailError(error: unknown): MailError {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown }
  const isLastWord = typeof responseCode === 'number' && responseCode >= 500 && code !== 'EAUTH'
  const said = typeof responseCode === 'number' ? `the server said ${responseCode}` : `the server cannot be used (${String(code)})`
  return new MailError(said, { isPermanent: isLastWord, cause: error })
}
