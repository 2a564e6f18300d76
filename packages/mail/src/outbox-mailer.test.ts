import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { listOutbox, openMailer } from './index.ts'

const link = `http://127.0.0.1:8080/auth/password-reset?token=${'a'.repeat(64)}`
const mail = { to: 'ann@example.com', subject: 'Your password', text: `Grüße\n${link}\n`, html: `<a href="${link}">here</a>` }

describe('outbox', () => {
  let folder: string
  let now = Date.UTC(2026, 0, 1)
  const open = (from = 'VoIPBIN <noreply@localhost>') => openMailer({ url: '', from, outbox: join(folder, 'outbox'), now: () => now })

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'voipbin-mail-'))
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  test('a mail is one file that only its owner may read, with whole lines', async () => {
    await open().send(mail)
    const [entry] = await listOutbox(join(folder, 'outbox'))
    expect(entry).toMatchObject({ to: 'ann@example.com', subject: 'Your password' })
    const text = readFileSync(entry?.file ?? '', 'utf8')
    expect(text).toContain(`\n${link}\n`)
    expect(text).toContain('Date: Thu, 01 Jan 2026 00:00:00 +0000')
    expect(statSync(entry?.file ?? '').mode & 0o077).toBe(0)
    expect(statSync(join(folder, 'outbox')).mode & 0o077).toBe(0)
  })

  test('mails are listed in the order in which they were sent', async () => {
    for (const subject of ['one', 'two', 'three']) {
      now += 1000
      await open().send({ ...mail, subject })
    }
    expect((await listOutbox(join(folder, 'outbox'))).map(({ subject }) => subject)).toEqual(['one', 'two', 'three'])
  })

  test('a line break in a header field begins no other field', async () => {
    await open('a@b\r\nBcc: x@y').send({ ...mail, subject: 'a\r\nBcc: mallory@example.com' })
    const [entry] = await listOutbox(join(folder, 'outbox'))
    expect(readFileSync(entry?.file ?? '', 'utf8')).not.toMatch(/^Bcc:/m)
  })

  test.each(['a@x.example, b@y.example', 'a@x.example\r\nBcc: b@y.example', '<a@x.example>', 'nobody', ''])(
    '"%s" is no recipient',
    async (to) => {
      await expect(open().send({ ...mail, to })).rejects.toMatchObject({ name: 'MailError', isPermanent: true })
      expect(await listOutbox(join(folder, 'outbox'))).toEqual([])
    },
  )

  test('a folder that cannot be made is told as such, and may work later', async () => {
    writeFileSync(join(folder, 'outbox'), '')
    await expect(open().send(mail)).rejects.toMatchObject({ name: 'MailError', isPermanent: false })
  })
})
