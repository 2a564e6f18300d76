import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { listOutbox } from '@voipbin/mail'

export type ReceivedMail = {
  readonly to: string
  readonly subject: string
  /** The whole message. */
  readonly message: string
  /** Of the first link that carries one; empty where none does. */
  readonly token: string
}

/** What a system without a mail server has sent, oldest first. */
export async function readMails(dataDir: string): Promise<ReceivedMail[]> {
  const entries = await listOutbox(join(dataDir, 'outbox'))
  return entries.map(({ file, to, subject }) => {
    const message = readFileSync(file, 'utf8')
    return { to, subject, message, token: /[?&]token=([0-9a-f]{64})/.exec(message)?.[1] ?? '' }
  })
}
