import type { StorageContract } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import type { Links } from '../links.ts'
import { files } from '../store/files.ts'

export const listStorageFiles =
  (links: Links): Answer<StorageContract, 'listStorageFiles'> =>
  async (read, { owner_id, ...page }) => {
    const { result, next_page_token } = await files.list(read, page, owner_id === undefined ? {} : { owner_id })
    return { result: await links.addAll(read, result), next_page_token }
  }
