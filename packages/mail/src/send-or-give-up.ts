import { type Mail, MailError, type Mailer } from './mailer.ts'

/**
 * For jobs that are tried again when they fail: a mail that nobody will ever take is no reason to.
 * @returns why it was refused for good
 * @throws MailError where another try may work
 */
export async function sendOrGiveUp(mailer: Mailer, mail: Mail): Promise<MailError | undefined> {
  try {
    await mailer.send(mail)
    return undefined
  } catch (error) {
    if (error instanceof MailError && error.isPermanent) return error
    throw error
  }
}
