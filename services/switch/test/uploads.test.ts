import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FakeS3, startFakeS3 } from '@voipbin/blob/testing'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startWebServer } from './web-server.ts'
import { customer_id, startWired, type WiredSwitch } from './wired-switch.ts'

/** Half a second of silence: 16-bit PCM of one channel at 8 kHz. */
function aWav(): Buffer {
  const format = Buffer.alloc(16)
  format.writeUInt32LE(0x0001_0001, 0)
  format.writeUInt32LE(8_000, 4)
  format.writeUInt32LE(16_000, 8)
  format.writeUInt32LE(0x0010_0002, 12)
  const data = chunk('data', Buffer.alloc(8_000))
  return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), chunk('fmt ', format), data]))
}

function chunk(name: string, body: Buffer): Buffer {
  const octets = Buffer.alloc(4)
  octets.writeUInt32LE(body.length)
  return Buffer.concat([Buffer.from(name), octets, body])
}

const stored = { is_stored: true, error: '', octets: 8_044, duration_ms: 500 }
const newId = () => crypto.randomUUID()

let wired: WiredSwitch
let dataDir: string
const spool = () => join(dataDir, 'switch', 'recordings')
const settle = () => wired.clock.settle()

/** A call that is recorded; its file is there. */
async function record(put_url: string, content: Buffer | undefined = aWav()) {
  const { id } = await wired.talk()
  const recording = newId()
  await wired.node.command.record({ id: recording, subject: { kind: 'channel', id }, put_url })
  const { file = '' } = wired.media.records.get(recording) ?? {}
  if (content) writeFileSync(file, content)
  return { id, recording, file }
}

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voipbin-switch-'))
})
afterEach(async () => {
  await wired.node.close()
  rmSync(dataDir, { recursive: true, force: true })
})

describe('a recording that is put by HTTP', () => {
  test('is put again until it is taken, which is told as it goes, and leaves the node then', async () => {
    const bodies: Buffer[] = []
    let failures = 2
    const server = await startWebServer(({ response, body }) => {
      bodies.push(body)
      response.statusCode = failures-- > 0 ? 500 : 200
      response.end()
    })
    wired = await startWired({ dataDir })
    const { recording, file } = await record(`${server.url}/r.wav`)
    await wired.node.command.stopRecord({ id: recording })
    await expect.poll(() => wired.told(recording)).toEqual(['recording.stored'])
    expect(wired.lastOf(recording)).toMatchObject({ is_stored: false, error: 'the store answered 500' })
    await settle()
    await wired.clock.advance(1_000)
    await expect.poll(() => bodies.length).toBe(2)
    await settle()
    await wired.clock.advance(2_000)
    await expect.poll(() => wired.lastOf(recording)).toMatchObject({ seq: 2, recording_id: recording, ...stored })
    expect(bodies.map((body) => body.equals(aWav()))).toEqual([true, true, true])
    await expect.poll(() => readdirSync(spool())).toEqual([])
    expect(existsSync(file)).toBe(false)
    await server.close()
  })
})

describe('a recording that is put into the blob store', () => {
  let s3: FakeS3
  const env = () => ({ VOIPBIN_BLOB_URL: `s3://bucket?endpoint=${s3.url}`, VOIPBIN_BLOB_KEY_ID: 'KEY', VOIPBIN_BLOB_SECRET: 'HIDDEN' })
  beforeEach(async () => {
    s3 = await startFakeS3()
  })
  afterEach(() => s3.close())

  test('is there under its id, with its length told', async () => {
    wired = await startWired({ dataDir, env: env() })
    const { recording } = await record('blob:call-1')
    expect(readdirSync(spool()).length).toBe(2)
    await wired.node.command.stopRecord({ id: recording })
    await expect.poll(() => wired.lastOf(recording)).toMatchObject({ customer_id, ...stored })
    expect(s3.objects.get('/bucket/call-1')?.equals(aWav())).toBe(true)
    await expect.poll(() => readdirSync(spool())).toEqual([])
  })

  test('that its node left behind is put there by its next life, as much as there is', async () => {
    const recording = newId()
    mkdirSync(spool(), { recursive: true })
    writeFileSync(join(spool(), `${recording}.wav`), aWav().subarray(0, 4_044))
    writeFileSync(join(spool(), `${recording}.json`), JSON.stringify({ id: recording, url: 'blob:call-2', customerId: customer_id }))
    writeFileSync(join(spool(), 'cut.json'), '{"id":')
    wired = await startWired({ dataDir, env: env() })
    await expect.poll(() => wired.node.events.map(({ type }) => type)).toEqual(['recording.stored'])
    expect(wired.lastOf(recording)).toMatchObject({ customer_id, is_stored: true, octets: 4_044, duration_ms: 250 })
    expect(s3.objects.get('/bucket/call-2')?.length).toBe(4_044)
    await expect.poll(() => readdirSync(spool())).toEqual(['cut.json'])
  })

  test('is heard from the node as long as the store is away', async () => {
    wired = await startWired({ dataDir, env: env() })
    s3.setAway(true)
    const { id, recording, file } = await record('blob:call-3')
    const playback = newId()
    await wired.node.command.play({ id: playback, subject: { kind: 'channel', id }, media: [{ url: 'blob:call-3' }] })
    expect(wired.media.plays.has(playback)).toBe(false)
    await wired.node.command.stopRecord({ id: recording })
    await expect.poll(() => wired.media.plays.get(playback)?.sources, { timeout: 10_000 }).toEqual([{ file }])
    expect(wired.lastOf(recording)).toMatchObject({ is_stored: false })
    expect(readFileSync(file).equals(aWav())).toBe(true)
  })

  test('is not heard before its end', async () => {
    wired = await startWired({ dataDir, env: env() })
    const { id } = await record('blob:call-4')
    await wired.node.command.play({ id: newId(), subject: { kind: 'channel', id }, media: [{ url: 'blob:call-4' }] })
    await wired.clock.advance(5_000)
    expect(wired.lastOf(id)).toMatchObject({ reason: 'failed', error: 'It is still being recorded' })
  })

  test('goes there as far as it was made, where it failed', async () => {
    wired = await startWired({ dataDir, env: env() })
    const { id, recording } = await record('blob:call-5')
    wired.media.emit({ type: 'recording.failed', id: recording, subject: { kind: 'leg', id }, error: 'ENOSPC' })
    await expect.poll(() => wired.lastOf(recording)).toMatchObject(stored)
  })

  test('of which there is nothing is told to be nothing, and forgotten', async () => {
    wired = await startWired({ dataDir, env: env() })
    const { recording } = await record('blob:call-6', Buffer.alloc(0))
    await wired.node.command.stopRecord({ id: recording })
    await expect.poll(() => wired.lastOf(recording)).toMatchObject({ is_stored: false, error: 'nothing was recorded' })
    await expect.poll(() => readdirSync(spool())).toEqual([])
  })
})
