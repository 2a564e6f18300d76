import type { tagContract } from '@voipbin/contracts/tag'
import type { Answer } from '@voipbin/service-kit'
import { tags } from '../store/tags.ts'

export const getTag: Answer<typeof tagContract, 'getTag'> = (read, { id }) => tags.get(read, id)
