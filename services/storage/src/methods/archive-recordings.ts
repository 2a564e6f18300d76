import { Readable } from 'node:stream'
import type { BlobStore } from '@voipbin/blob'
import { notFound, ServiceError } from '@voipbin/contracts/errors'
import type { StorageContract, StoredFile } from '@voipbin/contracts/storage'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Answer } from '@voipbin/service-kit'
import type { Read } from '@voipbin/sql'
import { expireArchive } from '../jobs/expire-archive.ts'
import type { Links } from '../links.ts'
import { archives } from '../store/archives.ts'
import { files } from '../store/files.ts'
import { MAX_ZIP_OCTETS, type ZipEntry, zipOf } from '../zip.ts'

const KEPT_MS = 24 * 3_600_000
/** Each is as large as what is in it. */
export const MAX_ARCHIVES = 10

type Parts = { readonly blobs: BlobStore; readonly links: Links }

/** Made anew each time, and gone a day later. What of it is not kept after all leaves nothing behind. */
export const archiveRecordings =
  ({ blobs, links }: Parts): Answer<StorageContract, 'archiveRecordings'> =>
  async (ctx, { customer_id, recording_ids }) => {
    const found = await findRecordings(ctx.read(), customer_id, [...new Set(recording_ids)])
    refuseTooLarge(found)
    await refuseTooMany(ctx.read(), customer_id)
    const { blob_id, size: filesize } = await blobs.put(Readable.from(zipOf(found.map((file) => entryOf(blobs, file)))))
    try {
      return await ctx.transaction(async (tx) => {
        await refuseTooMany(tx, customer_id)
        await refuseDeleted(tx, found)
        const tm_expire = addMilliseconds(tx.now, KEPT_MS)
        const filename = `recordings-${tx.now.slice(0, 10)}.zip`
        const made = await archives.insert(tx, 'archive_created', {
          ...{ customer_id, filename, filesize, blob_id, tm_expire },
          recording_ids: found.map(({ id }) => id),
        })
        tx.schedule(expireArchive, made.id, tm_expire, { id: made.id })
        return { filename, filesize, recording_ids: made.recording_ids, tm_expire, uri_download: await links.urlOf(tx, made.id, tm_expire) }
      })
    } catch (error) {
      await blobs.remove(blob_id)
      throw error
    }
  }

async function findRecordings(read: Read, customerId: string, ids: readonly string[]): Promise<StoredFile[]> {
  const found: StoredFile[] = []
  for (const id of ids) {
    const file = await files.find(read, id)
    if (file?.customer_id === customerId && file.reference_type === 'recording') found.push(file)
  }
  if (found.length > 0) return found
  throw new ServiceError('FAILED_PRECONDITION', 'NO_FILES', 'Cannot make the archive: none of the recordings has a file')
}

/** While the archive was made: nothing would delete it with them. */
async function refuseDeleted(read: Read, found: readonly StoredFile[]): Promise<void> {
  for (const { id } of found)
    if (!(await files.find(read, id)))
      throw new ServiceError('FAILED_PRECONDITION', 'NO_FILES', `Cannot make the archive: recording "${id}" is deleted`)
}

function refuseTooLarge(found: readonly StoredFile[]): void {
  const octets = found.reduce((sum, { filesize }) => sum + filesize, 0)
  if (octets >= MAX_ZIP_OCTETS)
    throw new ServiceError('INVALID_ARGUMENT', 'ARCHIVE_TOO_LARGE', 'Cannot make the archive: it would have 4 GiB or more')
}

async function refuseTooMany(read: Read, customer_id: string): Promise<void> {
  const { result } = await archives.list(read, { customer_id, page_size: MAX_ARCHIVES, page_token: '' })
  if (result.length >= MAX_ARCHIVES)
    throw new ServiceError('RESOURCE_EXHAUSTED', 'TOO_MANY_ARCHIVES', `Cannot make the archive: ${MAX_ARCHIVES} of the last day are kept`)
}

const entryOf = (blobs: BlobStore, { id, filename, tm_create, blob_id }: StoredFile): ZipEntry => ({
  name: filename || `${id}.wav`,
  time: new Date(tm_create),
  async open() {
    const blob = await blobs.open(blob_id)
    if (!blob) throw notFound('recording', id)
    return blob.content
  },
})
