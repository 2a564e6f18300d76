import type { AddressInfo } from 'node:net'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, describe, expect, test } from 'vitest'
import { openMailer } from '../src/index.ts'

const mail = { to: 'ann@example.com', subject: 'Your password', text: 'Hello', html: '<p>Hello</p>' }

function refusal(responseCode: number): Error {
  return Object.assign(new Error('refused by the test'), { responseCode })
}

describe('SMTP', () => {
  let server: SMTPServer | undefined

  async function startServer(options: SMTPServerOptions = {}): Promise<{ url: string; mails: string[] }> {
    const mails: string[] = []
    server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onData(stream, _session, done) {
        const chunks: Buffer[] = []
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', () => {
          mails.push(Buffer.concat(chunks).toString('utf8'))
          done()
        })
      },
      ...options,
    })
    const started = server
    await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve))
    return { url: `smtp://127.0.0.1:${(started.server.address() as AddressInfo).port}`, mails }
  }
  const open = (url: string) => openMailer({ url, from: 'VoIPBIN <noreply@example.com>', outbox: '', now: () => Date.UTC(2026, 0, 1) })

  afterEach(async () => {
    const started = server
    server = undefined
    if (started) await new Promise<void>((resolve) => started.close(() => resolve()))
  })

  test('a mail arrives with both parts', async () => {
    const { url, mails } = await startServer()
    await open(url).send(mail)
    expect(mails).toHaveLength(1)
    expect(mails[0]).toContain('To: ann@example.com')
    expect(mails[0]).toContain('Date: Thu, 01 Jan 2026 00:00:00 +0000')
    expect(mails[0]).toContain('text/plain')
    expect(mails[0]).toContain('text/html')
  })

  test('a recipient whom the server will never have is refused for good, one whom it cannot have now is not', async () => {
    const { url } = await startServer({ onRcptTo: ({ address }, _session, done) => done(refusal(address.startsWith('later') ? 451 : 550)) })
    await expect(open(url).send(mail)).rejects.toMatchObject({ name: 'MailError', isPermanent: true })
    await expect(open(url).send({ ...mail, to: 'later@example.com' })).rejects.toMatchObject({ isPermanent: false })
  })

  test('a refused login is for an operator to mend, and another try may work', async () => {
    const { url } = await startServer({ authOptional: false, onAuth: (_auth, _session, done) => done(refusal(535)) })
    const withLogin = url.replace('smtp://', 'smtp://user:wrong@')
    const failure = await open(withLogin)
      .send(mail)
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ isPermanent: false })
    expect((failure as Error).message).not.toContain('wrong')
  })

  test('a server that is away is no last word', async () => {
    const { url } = await startServer()
    const started = server
    server = undefined
    await new Promise<void>((resolve) => started?.close(() => resolve()))
    await expect(open(url).send(mail)).rejects.toMatchObject({ isPermanent: false })
  })

  test('two recipients in one are refused before anybody is asked', async () => {
    const { url, mails } = await startServer()
    await expect(open(url).send({ ...mail, to: 'a@x.example,b@y.example' })).rejects.toMatchObject({ isPermanent: true })
    expect(mails).toEqual([])
  })
})
