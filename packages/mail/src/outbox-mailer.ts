import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkAddress, MailError, type Mailer, type MailerOptions } from './mailer.ts'
import { renderMessage } from './render-message.ts'

/** Links in mails open accounts: only this user may read them. */
const FOLDER_MODE = 0o700
const FILE_MODE = 0o600

/** Writes each mail as a file of its own, named by time, that a person or a mail program can open. */
export function createOutboxMailer({ outbox, from, now }: MailerOptions): Mailer {
  return {
    async send(mail) {
      checkAddress(mail.to)
      const time = new Date(now())
      const unique = randomBytes(6).toString('hex')
      const name = `${time.toISOString().replaceAll(/[:.]/g, '-')}-${unique}`
      const hidden = join(outbox, `.${name}.tmp`)
      try {
        await mkdir(outbox, { recursive: true, mode: FOLDER_MODE })
        await writeFile(hidden, renderMessage({ ...mail, from, time, unique }), { mode: FILE_MODE })
        await rename(hidden, join(outbox, `${name}.eml`))
      } catch (error) {
        throw new MailError(`the folder "${outbox}" cannot be written`, { isPermanent: false, cause: error })
      }
    },
  }
}

export type OutboxEntry = { readonly file: string; readonly to: string; readonly subject: string }

/** Mails in an outbox, oldest first. @returns nothing where there is no such folder */
export async function listOutbox(outbox: string): Promise<OutboxEntry[]> {
  const names = await readdir(outbox).catch(() => [])
  const files = names.filter((name) => name.endsWith('.eml')).sort()
  return Promise.all(files.map((name) => describe(join(outbox, name))))
}

async function describe(file: string): Promise<OutboxEntry> {
  const text = await readFile(file, 'utf8')
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(text)?.[1] ?? ''
  return { file, to: header('To'), subject: header('Subject') }
}
