import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openFolderStore } from './folder-store.ts'

describe('openFolderStore()', () => {
  let folder: string
  let count = 0
  const open = () => openFolderStore(folder, () => `id-${count++}`)
  const content = (text: string) => Readable.from([Buffer.from(text)])
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'voipbin-blobs-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  test('keeps a content under an id of its own, and tells its size and hash', async () => {
    const blob = await open().put(content('abc'))
    expect(blob).toMatchObject({ size: 3, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', isNew: true })
    expect(readFileSync(join(folder, blob.blob_id.slice(-2), blob.blob_id), 'utf8')).toBe('abc')
  })

  test('put twice under one id, it is one blob', async () => {
    const store = open()
    const put = () => store.put(content('abc'), (sha256) => sha256)
    expect([(await put()).isNew, (await put()).isNew]).toEqual([true, false])
    expect(readdirSync(join(folder, 'incoming'))).toEqual([])
  })

  test('a content that breaks off leaves nothing', async () => {
    const broken = new Readable({
      read() {
        this.push('half')
        this.destroy(new Error('gone'))
      },
    })
    await expect(open().put(broken)).rejects.toThrow('gone')
    expect(readdirSync(folder, { recursive: true })).toEqual(['incoming'])
  })

  test('removes a blob, and bears that it is gone already', async () => {
    const store = open()
    const { blob_id } = await store.put(content('abc'))
    await store.remove(blob_id)
    await store.remove(blob_id)
    expect(readdirSync(join(folder, blob_id.slice(-2)))).toEqual([])
  })

  test.each(['../../etc/passwd', 'a/b', '', '.', 'x'.repeat(129)])('refuses an id that could be a path: "%s"', async (id) => {
    await expect(open().remove(id)).rejects.toThrow(TypeError)
    await expect(open().put(content('abc'), () => id)).rejects.toThrow(TypeError)
  })

  test('removes what a process that died left behind a day ago, and nothing younger', async () => {
    const incoming = join(folder, 'incoming')
    mkdirSync(incoming)
    for (const name of ['old', 'young']) writeFileSync(join(incoming, name), 'x')
    const dayAgo = Date.now() / 1000 - 25 * 3600
    utimesSync(join(incoming, 'old'), dayAgo, dayAgo)
    await open().put(content('abc'))
    expect([existsSync(join(incoming, 'old')), existsSync(join(incoming, 'young'))]).toEqual([false, true])
  })
})
