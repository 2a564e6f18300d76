import type { StorageContract } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import { accounts } from '../store/accounts.ts'

export const listStorageAccounts: Answer<StorageContract, 'listStorageAccounts'> = (read, page) => accounts.list(read, page)
