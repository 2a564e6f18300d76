import type { StorageContract } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import { accounts } from '../store/accounts.ts'

export const getStorageAccount: Answer<StorageContract, 'getStorageAccount'> = (read, { id }) => accounts.get(read, id)
