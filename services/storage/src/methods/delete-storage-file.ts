import type { StorageContract } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import { dropFile } from '../keep-file.ts'
import type { Links } from '../links.ts'
import { files } from '../store/files.ts'

export const deleteStorageFile =
  (links: Links): Answer<StorageContract, 'deleteStorageFile'> =>
  async (tx, { id }) =>
    links.add(tx, await dropFile(tx, await files.get(tx, id)))
