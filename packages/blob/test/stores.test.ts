import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openBlobStore } from '../src/open-blob-store.ts'
import { blobStoreSuite } from './blob-store-suite.ts'

/** As much of S3 as is asked for here, in memory. */
function fakeS3() {
  const objects = new Map<string, Buffer>()
  const seen: { method: string; path: string; authorization: string }[] = []
  const server = createServer(async (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    seen.push({ method: request.method ?? '', path, authorization: request.headers.authorization ?? '' })
    if (request.method === 'PUT') {
      objects.set(path, await buffer(request))
      response.end()
    } else if (request.method === 'DELETE') {
      objects.delete(path)
      response.writeHead(204).end()
    } else get(objects.get(path), request, response)
  })
  return { objects, seen, server }
}

function get(object: Buffer | undefined, request: IncomingMessage, response: ServerResponse): void {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
  if (!object) response.writeHead(404, { 'content-type': 'application/xml' }).end('<Error><Code>NoSuchKey</Code></Error>')
  else if (request.method === 'HEAD') response.writeHead(200, { 'content-length': object.length }).end()
  else if (first === undefined) response.writeHead(200, { 'content-length': object.length }).end(object)
  else {
    const part = object.subarray(Number(first), Number(last) + 1)
    response.writeHead(206, { 'content-length': part.length, 'content-range': `bytes ${first}-${last}/${object.length}` }).end(part)
  }
}

describe('blob stores', () => {
  const { objects, seen, server } = fakeS3()
  const root = mkdtempSync(join(tmpdir(), 'voipbin-blob-'))
  let endpoint = ''
  let count = 0
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.close()
    rmSync(root, { recursive: true })
  })

  const surroundings = () => ({ dataFolder: join(root, `${count++}`, 'service'), newId: () => crypto.randomUUID() })
  const keys = { blobKeyId: 'KEY', blobSecret: 'HIDDEN' }
  const openS3 = (around = surroundings()) => {
    objects.clear()
    return openBlobStore({ ...keys, blobUrl: `s3://files/of/us?region=eu-west-1&endpoint=${endpoint}` }, around)
  }

  blobStoreSuite('a folder', () => openBlobStore({ blobUrl: '', blobKeyId: '', blobSecret: '' }, surroundings()))
  blobStoreSuite('an object store', () => openS3())

  test('an object is in its bucket under the prefix, signed for its region; nothing stays on this machine', async () => {
    const around = surroundings()
    const store = openS3(around)
    const { blob_id } = await store.put(Readable.from([Buffer.from('x')]))
    expect([...objects.keys()]).toEqual([`/files/of/us/${blob_id}`])
    expect(seen.at(-1)?.authorization).toMatch(/Credential=KEY\/\d{8}\/eu-west-1\/s3\//)
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
