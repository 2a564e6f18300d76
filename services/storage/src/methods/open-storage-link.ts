import { blobUrl } from '@voipbin/blob'
import type { StorageContract } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import type { Links } from '../links.ts'
import { archives } from '../store/archives.ts'
import { files } from '../store/files.ts'

/** Of a file, or of an archive. */
export const openStorageLink =
  (links: Links): Answer<StorageContract, 'openStorageLink'> =>
  async (read, asked) => {
    await links.check(read, asked)
    const archive = await archives.find(read, asked.id)
    if (archive) return { url: blobUrl(archive.blob_id), content_type: 'application/zip', filename: archive.filename }
    const { blob_id, content_type, filename } = await files.get(read, asked.id)
    return { url: blobUrl(blob_id), content_type, filename }
  }
