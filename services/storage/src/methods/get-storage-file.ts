import type { StorageContract } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import type { Links } from '../links.ts'
import { files } from '../store/files.ts'

export const getStorageFile =
  (links: Links): Answer<StorageContract, 'getStorageFile'> =>
  async (read, { id }) =>
    links.add(read, await files.get(read, id))
