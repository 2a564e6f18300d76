import { archive, storageContract } from '@voipbin/contracts/storage'
import { entityTable } from '@voipbin/sql'

export const archives = entityTable(storageContract, 'storage_archives', archive)
