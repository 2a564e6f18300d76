import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeClock } from '@voipbin/test-kit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Spool } from './spool.ts'
import { Uploads, type UploadsOptions } from './uploads.ts'

/** A quarter of a second of silence. */
function aWav(): Buffer {
  const wav = Buffer.alloc(44 + 4_000)
  wav.write('RIFF', 0)
  wav.writeUInt32LE(36 + 4_000, 4)
  wav.write('WAVEfmt ', 8)
  wav.writeUInt32LE(16, 16)
  wav.writeUInt32LE(0x0001_0001, 20)
  wav.writeUInt32LE(8_000, 24)
  wav.writeUInt32LE(16_000, 28)
  wav.writeUInt32LE(0x0010_0002, 32)
  wav.write('data', 36)
  wav.writeUInt32LE(4_000, 40)
  return wav
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voipbin-uploads-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

async function start(put: UploadsOptions['blobs']['put']) {
  const clock = createFakeClock()
  const told: unknown[] = []
  const silent = () => {}
  const log = { debug: silent, info: silent, warn: silent, error: silent } as unknown as UploadsOptions['log']
  const outbound = { request: () => Promise.reject(new Error('nobody is asked')) }
  const spool = new Spool(folder)
  const tell: UploadsOptions['tell'] = (_subject, _type, payload) => void told.push(payload)
  const uploads = new Uploads({ outbound, blobs: { put }, spool, clock, log, tell, published: async () => {} })
  const record = async (id: string) => {
    await uploads.expect({ id, url: `blob:call-${id}`, customerId: 'c' })
    writeFileSync(spool.fileOf(id), aWav())
    uploads.over(id)
  }
  return { uploads, spool, clock, told, record }
}

test.each([
  ['a folder of the store is missing', Object.assign(new Error('no such folder'), { code: 'ENOENT' })],
  ['the store answers what cannot be read', new SyntaxError('unexpected token')],
])('a recording is not given up where %s', async (_why, error) => {
  let failures = 1
  const { uploads, spool, clock, told, record } = await start(async (content) => {
    content.destroy()
    if (failures-- > 0) throw error
    return { blob_id: 'call-r1', size: 4_044, sha256: '', isNew: true }
  })
  await record('r1')
  await expect.poll(() => told.length).toBe(1)
  expect(told[0]).toMatchObject({ is_stored: false, error: error.message })
  await clock.settle()
  expect(existsSync(spool.fileOf('r1'))).toBe(true)
  await clock.advance(1_000)
  await expect.poll(() => told.at(-1)).toMatchObject({ is_stored: true, duration_ms: 250 })
  await uploads.close()
})

test('a node that stops begins to bring no further ones, and leaves them for its next life', async () => {
  const waiting: ((error: Error) => void)[] = []
  const { uploads, spool, record } = await start((content) => {
    content.destroy()
    return new Promise((_resolve, reject) => waiting.push(reject))
  })
  const ids = ['r1', 'r2', 'r3', 'r4', 'r5', 'r6']
  for (const id of ids) await record(id)
  await expect.poll(() => waiting.length).toBe(4)
  const closing = uploads.close()
  for (const reject of waiting.splice(0)) reject(new Error('away'))
  await closing
  expect(waiting).toEqual([])
  expect((await spool.left()).map(({ id }) => id).toSorted()).toEqual(ids)
})

test('what cannot be noted, as on a full disk, is not expected, and may be asked for again', async () => {
  const { uploads, told, record } = await start(async (content) => {
    content.destroy()
    return { blob_id: 'call-r1', size: 4_044, sha256: '', isNew: true }
  })
  rmSync(folder, { recursive: true })
  await expect(record('r1')).rejects.toThrow('ENOENT')
  expect(uploads.size).toBe(0)
  mkdirSync(folder)
  await record('r1')
  await expect.poll(() => told.at(-1)).toMatchObject({ is_stored: true })
  await uploads.close()
})
