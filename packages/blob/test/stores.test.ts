import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBlobStore } from '../src/open-blob-store.ts'
import { blobStoreSuite } from './blob-store-suite.ts'
import { type FakeS3, startFakeS3 } from './fake-s3.ts'

describe('blob stores', () => {
  let s3: FakeS3
  const root = mkdtempSync(join(tmpdir(), 'voipbin-blob-'))
  let count = 0
  beforeAll(async () => {
    s3 = await startFakeS3()
  })
  afterAll(async () => {
    await s3.close()
    rmSync(root, { recursive: true })
  })

  const surroundings = () => ({ dataFolder: join(root, `${count++}`, 'service'), newId: () => crypto.randomUUID() })
  const keys = { blobKeyId: 'KEY', blobSecret: 'HIDDEN' }
  const openS3 = (around = surroundings()) => {
    s3.objects.clear()
    return openBlobStore({ ...keys, blobUrl: `s3://files/of/us?region=eu-west-1&endpoint=${s3.url}` }, around)
  }

  blobStoreSuite('a folder', () => openBlobStore({ blobUrl: '', blobKeyId: '', blobSecret: '' }, surroundings()))
  blobStoreSuite('a folder that machines share', () =>
    openBlobStore({ blobUrl: pathToFileURL(join(root, `${count++} shared`)).href, blobKeyId: '', blobSecret: '' }, surroundings()),
  )
  blobStoreSuite('an object store', () => openS3())

  test('an object is in its bucket under the prefix, signed for its region; nothing stays on this machine', async () => {
    const around = surroundings()
    const store = openS3(around)
    const { blob_id } = await store.put(Readable.from([Buffer.from('x')]))
    expect([...s3.objects.keys()]).toEqual([`/files/of/us/${blob_id}`])
    expect(s3.seen.at(-1)?.authorization).toMatch(/Credential=KEY\/\d{8}\/eu-west-1\/s3\//)
    expect(store.file(blob_id)).toBeUndefined()
    expect(readdirSync(join(around.dataFolder, 'incoming'))).toEqual([])
    await store.close()
  })

  test('services of one machine have one folder', async () => {
    const one = surroundings()
    const none = { blobUrl: '', blobKeyId: '', blobSecret: '' }
    const { blob_id } = await openBlobStore(none, one).put(Readable.from([Buffer.from('x')]))
    expect(await openBlobStore(none, { ...one, dataFolder: join(one.dataFolder, '..', 'another') }).size(blob_id)).toBe(1)
  })
})
