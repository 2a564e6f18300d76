import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Phone, readWav, strongestTone } from '@voipbin/phone'
import { afterAll, afterEach, describe, expect, test } from 'vitest'

const main = join(import.meta.dirname, '../src/main.ts')
const folder = mkdtempSync(join(tmpdir(), 'voipbin-phone-'))
const running = new Set<ChildProcess>()

afterEach(() => {
  for (const child of running) child.kill('SIGKILL')
})
afterAll(() => rmSync(folder, { recursive: true }))

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** The command, at work. */
function start(parameters: readonly string[]): { readonly ended: Promise<Ended>; readonly said: (pattern: RegExp) => Promise<string> } {
  const child = spawn(process.execPath, [main, 'phone', ...parameters], { env: { PATH: process.env['PATH'] ?? '' } })
  running.add(child)
  let stdout = ''
  let stderr = ''
  const waiters: { pattern: RegExp; resolve: (text: string) => void }[] = []
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk)
    for (const { pattern, resolve } of waiters) {
      const found = pattern.exec(stdout)
      if (found) resolve(found[1] ?? found[0])
    }
  })
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk)
  })
  const ended = new Promise<Ended>((resolve) => {
    child.once('close', (code) => {
      running.delete(child)
      resolve({ code, stdout, stderr })
    })
  })
  const said = (pattern: RegExp) => new Promise<string>((resolve) => waiters.push({ pattern, resolve }))
  return { ended, said }
}

describe('voipbin phone', () => {
  test('dials and answers, says, hears, records and judges', async () => {
    const heard = join(folder, 'heard.wav')
    const answering = start(['answer', '--user', 'bob', '--ring', '0', '--tone', '500', '--expect', 'digits=12#', '--expect', 'tone=440'])
    const address = await answering.said(/Waiting for a call at (\S+)/)
    const dialling = start(['dial', address, '--tone', '--digits', '12#', '--duration', '1.5', '--record', heard, '--expect', 'tone=500'])
    const [callee, caller] = await Promise.all([answering.ended, dialling.ended])
    expect(callee).toMatchObject({ code: 0, stderr: '' })
    expect(caller).toMatchObject({ code: 0, stderr: '' })
    expect(caller.stdout).toMatch(/── INVITE sip:bob@127\.0\.0\.1:\d+ \(PCMU PCMA\) ─+▶/)
    expect(caller.stdout).toContain('ok    tone=500')
    const { samples, sampleRateHz } = readWav(readFileSync(heard))
    expect(strongestTone(samples, sampleRateHz).frequencyHz).toBe(500)
    const again = start(['answer', '--user', 'bob', '--ring', '0', '--play', heard])
    const replay = start(['dial', await again.said(/Waiting for a call at (\S+)/), '--quiet', '--duration', '1', '--expect', 'tone=500'])
    expect(await replay.ended).toMatchObject({ code: 0, stderr: '' })
  })

  test('says in one sentence what was expected and did not come about', async () => {
    const phone = await Phone.open({ user: 'bob' })
    const dialling = start(['dial', phone.address, '--quiet', '--duration', '0.5', '--expect', 'tone=440', '--expect', 'answered'])
    ;(await phone.nextCall()).answer()
    const { code, stdout, stderr } = await dialling.ended
    await phone.close()
    expect(code).toBe(1)
    expect(stdout).toContain('ok    answered')
    expect(stderr).toMatch(/^voipbin: expected tone=440, but \d\.\d s of silence were heard\n$/)
  })

  test('says a text, with nothing installed for it', async () => {
    const phone = await Phone.open({ user: 'bob' })
    const dialling = start(['dial', phone.address, '--quiet', '--duration', '2', '--say', 'The quick brown fox jumps over the lazy dog.'])
    const call = await phone.nextCall()
    call.answer()
    await call.until('ended')
    const { heard } = call.audio
    expect(await dialling.ended).toMatchObject({ code: 0, stderr: '' })
    await phone.close()
    const said = { fromMs: 300, toMs: 1_500 }
    expect(heard.levelDb(said)).toBeGreaterThan(-35)
    // A voice has no tone that is most of it.
    expect(heard.strongestTone(said).share).toBeLessThan(0.8)
  })

  test('is refused, as it expected', async () => {
    const answering = start(['answer', '--user', 'bob', '--reject', '486'])
    const address = await answering.said(/Waiting for a call at (\S+)/)
    expect(await start(['dial', address, '--quiet', '--expect', 'status=486']).ended).toMatchObject({ code: 0 })
    expect(await answering.ended).toMatchObject({ code: 0 })
  })

  test('hangs up when it is interrupted', async () => {
    const phone = await Phone.open({ user: 'bob' })
    const dialling = start(['dial', phone.address])
    const call = await phone.nextCall()
    call.answer()
    await dialling.said(/\* answered/)
    for (const child of running) child.kill('SIGINT')
    expect(await call.until('ended')).toMatchObject({ by: 'remote', text: 'the other party hung up' })
    expect(await dialling.ended).toMatchObject({ code: 0 })
    await phone.close()
  })

  test.each([
    [['dial', 'sip:x@127.0.0.1', '--expect', 'colour=red'], 'Cannot expect "colour=red": write one of'],
    [['dial', 'sip:x@127.0.0.1', '--play', '/nowhere.wav'], 'Cannot play "/nowhere.wav": there is no such file'],
    [['dial', 'sip:x@127.0.0.1', '--tone', '--play', 'a.wav'], 'Choose one of --play, --say and --tone'],
    [['dial', 'sip:x@127.0.0.1', '--say', '你好'], 'Cannot say the text: flite has letters and digits only'],
    [['dial', 'sip:x@127.0.0.1', '--digits', 'hello'], 'Cannot send --digits "hello"'],
    [['dial', 'sip:x@127.0.0.1', '--codecs', 'G729'], 'Cannot use --codecs "G729"'],
    [['dial', 'sip:not an address'], 'Cannot read "sip:not an address": it is no SIP or tel address'],
    [['answer', '--port', 'many'], 'Cannot use --port "many": it is no number'],
    [['answer', '--timeout', '0.1'], 'No call came in 0.1 s'],
    [['register'], 'Cannot register: name the registrar with --registrar sip:ADDRESS'],
  ])('refuses %j', async (parameters, sentence) => {
    const { code, stderr } = await start(parameters).ended
    expect(code).toBe(1)
    expect(stderr).toContain(sentence)
    expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})
