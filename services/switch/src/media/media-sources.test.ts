import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { openFolderStore } from '@voipbin/blob'
import { afterAll, describe, expect, test } from 'vitest'
import { MediaSources } from './media-sources.ts'
import type { WebMedia } from './web-media.ts'

describe('MediaSources', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-sources-'))
  const blobs = openFolderStore(join(dataDir, 'blobs'), () => crypto.randomUUID())
  const web = { fetch: async (url: string) => `copy of ${url}` } as unknown as WebMedia
  const recorded = { find: async (blobId: string) => (blobId === 'of-this-node' ? join(dataDir, 'recording.wav') : undefined) }
  const signal = new AbortController().signal
  const find = (url: string, isFar = false) =>
    new MediaSources({ dataDir, web, recorded, blobs: isFar ? { file: () => undefined } : blobs }).find({ url }, signal)
  afterAll(() => rmSync(dataDir, { recursive: true }))

  test('a blob is played from where it lies, or from a copy where it lies elsewhere', async () => {
    const { blob_id } = await blobs.put(Readable.from([Buffer.from('x')]))
    expect(await find(`blob:${blob_id}`)).toEqual({ file: blobs.file(blob_id) })
    expect(await find(`blob:${blob_id}`, true)).toEqual({ file: `copy of blob:${blob_id}` })
  })

  test('what this node has recorded is played from its spool', async () => {
    writeFileSync(join(dataDir, 'recording.wav'), 'x')
    expect(await find('blob:of-this-node', true)).toEqual({ file: join(dataDir, 'recording.wav') })
  })

  test.each(['blob:nothing', 'blob:../secret', 'file:///etc/passwd', 'ftp://a/b', 'file:'])('refuses %s', async (url) => {
    writeFileSync(join(dataDir, 'secret'), 'x')
    await expect(find(url)).rejects.toThrow()
  })
})
