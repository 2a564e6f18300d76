import type { tagContract } from '@voipbin/contracts/tag'
import type { Answer } from '@voipbin/service-kit'
import { tags } from '../store/tags.ts'

export const createTag: Answer<typeof tagContract, 'createTag'> = (tx, fields) => tags.insert(tx, 'tag_created', fields)
