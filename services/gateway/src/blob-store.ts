import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { link, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export type StoredBlob = {
  readonly blob_id: string
  /** Octets. */
  readonly size: number
  /** Of the content, hex. */
  readonly sha256: string
  /** False where a blob of that id was there already; ids name contents, so it is the same one. */
  readonly isNew: boolean
}

/** Contents of files: they never cross the bus, their ids do. */
export type BlobStore = {
  /** Keeps the content durably before it resolves. `idOf` names it by its hash; by default it gets an id of its own. */
  put(content: Readable, idOf?: (sha256: string) => string): Promise<StoredBlob>
  remove(blobId: string): Promise<void>
}

/** No upload takes this long. */
const LEFTOVER_AGE_MS = 24 * 3600 * 1000
const BLOB_ID = /^[A-Za-z0-9_-]{4,128}$/

/** Blobs as files under `folder/<first two letters>/<id>`; what is on its way is in `folder/incoming`. */
export function openFolderStore(folder: string, newId: () => string): BlobStore {
  const incoming = join(folder, 'incoming')
  let isTidy = false
  const pathOf = (blobId: string) => {
    if (!BLOB_ID.test(blobId)) throw new TypeError(`Blob id "${blobId}" cannot be a file name`)
    return { folder: join(folder, blobId.slice(0, 2)), file: join(folder, blobId.slice(0, 2), blobId) }
  }

  return {
    async put(content, idOf) {
      await mkdir(incoming, { recursive: true })
      const temporary = join(incoming, newId())
      try {
        const { size, sha256 } = await write(content, temporary)
        if (!isTidy) await removeLeftovers(incoming, temporary)
        isTidy = true
        const blob_id = idOf ? idOf(sha256) : newId()
        const target = pathOf(blob_id)
        await mkdir(target.folder, { recursive: true })
        return { blob_id, size, sha256, isNew: await claim(temporary, target.file) }
      } finally {
        await rm(temporary, { force: true })
      }
    },
    async remove(blobId) {
      await rm(pathOf(blobId).file, { force: true })
    },
  }
}

/** What a process that died in the middle has left. The age is judged by the file system's own clock: `newest` was written just now. */
async function removeLeftovers(incoming: string, newest: string): Promise<void> {
  const { mtimeMs } = await stat(newest)
  for (const name of await readdir(incoming)) {
    const file = join(incoming, name)
    const other = await stat(file).catch(() => undefined)
    if (other && other.mtimeMs < mtimeMs - LEFTOVER_AGE_MS) await rm(file, { force: true })
  }
}

async function write(content: Readable, file: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  const measure = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      size += chunk.length
      yield chunk
    }
  }
  await pipeline(content, measure, createWriteStream(file, { flags: 'wx', mode: 0o600 }))
  const handle = await open(file)
  await handle.sync().finally(() => handle.close())
  return { size, sha256: hash.digest('hex') }
}

/** A hard link, unlike a rename, fails where the name is taken: @returns whether it was free. */
async function claim(temporary: string, file: string): Promise<boolean> {
  try {
    await link(temporary, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}
