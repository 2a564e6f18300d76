import { NIL_ID } from '@voipbin/contracts/fields'
import type { StorageContract } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import { keepFile } from '../keep-file.ts'
import type { Links } from '../links.ts'

type Parts = { readonly links: Links; readonly quotaMegabytes: number }

export const createStorageFile =
  ({ links, quotaMegabytes }: Parts): Answer<StorageContract, 'createStorageFile'> =>
  async (tx, { customer_id, type, file: { blob_id, filename, content_type, size } }) => {
    const owner = { owner_type: '', owner_id: NIL_ID, reference_type: 'normal', reference_id: NIL_ID } as const
    const named = { name: filename, detail: '', filename, filesize: size, content_type, blob_id }
    return links.add(tx, await keepFile(tx, { customer_id, type, ...owner, ...named }, quotaMegabytes))
  }
