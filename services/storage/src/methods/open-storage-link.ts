import { blobUrl } from '@voipbin/blob'
import type { StorageContract } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import type { Links } from '../links.ts'
import { files } from '../store/files.ts'

export const openStorageLink =
  (links: Links): Answer<StorageContract, 'openStorageLink'> =>
  async (read, asked) => {
    await links.check(read, asked)
    const { blob_id, content_type, filename } = await files.get(read, asked.id)
    return { url: blobUrl(blob_id), content_type, filename }
  }
