import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import type { BlobStore } from '../src/blob-store.ts'

const content = (written: string) => Readable.from([Buffer.from(written)])

/** What every store promises. */
export function blobStoreSuite(name: string, open: () => BlobStore): void {
  describe(name, () => {
    const read = async (store: BlobStore, id: string, range?: { first: number; last: number }) => {
      const blob = await store.open(id, range)
      return blob && [blob.size, await text(blob.content)]
    }

    test('gives back what it was given, whole and in part, with its size and hash', async () => {
      const store = open()
      const blob = await store.put(content('abc'))
      expect(blob).toMatchObject({ size: 3, sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', isNew: true })
      expect(await store.size(blob.blob_id)).toBe(3)
      expect(await read(store, blob.blob_id)).toEqual([3, 'abc'])
      expect(await read(store, blob.blob_id, { first: 1, last: 1 })).toEqual([3, 'b'])
      await store.close()
    })

    test('keeps what is empty, and what is large', async () => {
      const store = open()
      const { blob_id } = await store.put(content(''))
      expect(await store.size(blob_id)).toBe(0)
      const large = 'x'.repeat(3_000_000)
      expect(await read(store, (await store.put(content(large))).blob_id)).toEqual([large.length, large])
      await store.close()
    })

    test('what is not there is undefined, before it was put and after it was removed', async () => {
      const store = open()
      expect([await store.size('nothing'), await store.open('nothing')]).toEqual([undefined, undefined])
      const { blob_id } = await store.put(content('abc'))
      await store.remove(blob_id)
      await store.remove(blob_id)
      expect([await store.size(blob_id), await store.open(blob_id)]).toEqual([undefined, undefined])
      await store.close()
    })

    test('two that are put under one id are the first', async () => {
      const store = open()
      const put = (written: string) => store.put(content(written), () => 'one-id')
      expect([(await put('first')).isNew, (await put('second')).isNew]).toEqual([true, false])
      expect(await read(store, 'one-id')).toEqual([5, 'first'])
      await store.close()
    })

    test('a content that breaks off is not kept', async () => {
      const store = open()
      const broken = new Readable({
        read() {
          this.push('half')
          this.destroy(new Error('gone'))
        },
      })
      await expect(store.put(broken, () => 'broken')).rejects.toThrow('gone')
      expect(await store.size('broken')).toBeUndefined()
      await store.close()
    })

    test.each(['../../etc/passwd', 'a/b', '', '.', 'x'.repeat(129)])('refuses an id that could be a path: "%s"', async (id) => {
      const store = open()
      for (const use of [() => store.remove(id), () => store.size(id), () => store.open(id), () => store.put(content('x'), () => id)])
        await expect(use()).rejects.toThrow(TypeError)
      expect(() => store.file(id)).toThrow(TypeError)
      await store.close()
    })
  })
}
