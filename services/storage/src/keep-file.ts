import { ServiceError } from '@voipbin/contracts/errors'
import type { StoredFile } from '@voipbin/contracts/storage'
import type { NewRow, Tx } from '@voipbin/sql'
import { accounts, ensureAccount } from './store/accounts.ts'
import { files } from './store/files.ts'

const MIB = 1_048_576

/** A file and what it adds to its customer's account. @throws STORAGE_QUOTA_EXCEEDED where there is a quota */
export async function keepFile(tx: Tx, file: NewRow<StoredFile>, quotaMegabytes = Number.POSITIVE_INFINITY): Promise<StoredFile> {
  const account = await ensureAccount(tx, file.customer_id)
  const total_file_size = account.total_file_size + file.filesize
  if (total_file_size > quotaMegabytes * MIB) {
    const details = [{ quota: quotaMegabytes * MIB, used: account.total_file_size, wanted: file.filesize }]
    throw new ServiceError('RESOURCE_EXHAUSTED', 'STORAGE_QUOTA_EXCEEDED', 'Cannot keep the file: it is more than the account may hold', {
      details,
    })
  }
  await accounts.update(tx, 'account_updated', account, { total_file_count: account.total_file_count + 1, total_file_size })
  return files.insert(tx, 'file_created', file)
}

export async function dropFile(tx: Tx, file: StoredFile): Promise<StoredFile> {
  const account = await accounts.first(tx, { customer_id: file.customer_id })
  if (account) {
    const total_file_count = Math.max(0, account.total_file_count - 1)
    const total_file_size = Math.max(0, account.total_file_size - file.filesize)
    await accounts.update(tx, 'account_updated', account, { total_file_count, total_file_size })
  }
  return files.remove(tx, 'file_deleted', file)
}
