import type { StorageContract } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import type { Links } from '../links.ts'
import { files } from '../store/files.ts'

export const getStorageFileLink =
  (links: Links): Answer<StorageContract, 'getStorageFileLink'> =>
  async (read, { id }) => ({ url: await links.urlOf(read, (await files.get(read, id)).id) })
