import type { StorageContract } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import { accounts } from '../store/accounts.ts'

export const deleteStorageAccount: Answer<StorageContract, 'deleteStorageAccount'> = async (tx, { id }) =>
  accounts.remove(tx, 'account_deleted', await accounts.get(tx, id))
