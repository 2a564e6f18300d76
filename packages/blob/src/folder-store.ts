import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { link, mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type BlobStore, checkBlobId } from './blob-store.ts'

/** No upload takes this long. */
const LEFTOVER_AGE_MS = 24 * 3600 * 1000

/** Blobs as files under `folder/<last two letters>/<id>`; what is on its way is in `folder/incoming`. */
export function openFolderStore(folder: string, newId: () => string): BlobStore {
  const incoming = join(folder, 'incoming')
  let isTidy = false
  const pathOf = (blobId: string) => {
    const inFolder = join(folder, checkBlobId(blobId).slice(-2))
    return { folder: inFolder, file: join(inFolder, blobId) }
  }

  return {
    async put(content, idOf) {
      await mkdir(incoming, { recursive: true })
      const temporary = join(incoming, newId())
      try {
        const { size, sha256 } = await writeDurably(content, temporary)
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
    size: async (blobId) => sizeOf(pathOf(blobId).file),
    async open(blobId, range) {
      const { file } = pathOf(blobId)
      const handle = await open(file).catch(unlessMissing)
      if (!handle) return undefined
      const { size } = await handle.stat()
      return { size, content: handle.createReadStream(range ? { start: range.first, end: range.last } : {}) }
    },
    file: (blobId) => pathOf(blobId).file,
    async remove(blobId) {
      await rm(pathOf(blobId).file, { force: true })
    },
    close: async () => {},
  }
}

const sizeOf = async (file: string): Promise<number | undefined> => (await stat(file).catch(unlessMissing))?.size

function unlessMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}

/** What a process that died in the middle has left. The age is judged by the file system's own clock: `newest` was written just now. */
export async function removeLeftovers(incoming: string, newest: string): Promise<void> {
  const { mtimeMs } = await stat(newest)
  for (const name of await readdir(incoming)) {
    const file = join(incoming, name)
    const other = await stat(file).catch(() => undefined)
    if (other && other.mtimeMs < mtimeMs - LEFTOVER_AGE_MS) await rm(file, { force: true })
  }
}

/** Resolves once the disk has it. */
export async function writeDurably(content: Readable, file: string): Promise<{ size: number; sha256: string }> {
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
