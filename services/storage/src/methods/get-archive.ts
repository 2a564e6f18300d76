import type { StorageContract } from '@voipbin/contracts/storage'
import type { Answer } from '@voipbin/service-kit'
import { archives } from '../store/archives.ts'

export const getArchive: Answer<StorageContract, 'getArchive'> = (read, { id }) => archives.get(read, id)
