import { type StorageAccount, storageAccount, storageContract } from '@voipbin/contracts/storage'
import { DuplicateKey, entityTable, type Tx, WriteConflict } from '@voipbin/sql'
import { totalsOf } from './files.ts'

export const accounts = entityTable(storageContract, 'storage_accounts', storageAccount)

/** The customer's account, made where there is none. Two that make it at once: one of them runs again. */
export async function ensureAccount(tx: Tx, customer_id: string): Promise<StorageAccount> {
  const account = await accounts.first(tx, { customer_id })
  if (account) return account
  try {
    return await accounts.insert(tx, 'account_created', { customer_id, ...(await totalsOf(tx, customer_id)) })
  } catch (error) {
    if (!(error instanceof DuplicateKey)) throw error
    throw new WriteConflict(`The storage account of customer "${customer_id}" was made meanwhile`)
  }
}
