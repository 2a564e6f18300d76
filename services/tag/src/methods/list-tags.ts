import type { tagContract } from '@voipbin/contracts/tag'
import type { Answer } from '@voipbin/service-kit'
import { tags } from '../store/tags.ts'

export const listTags: Answer<typeof tagContract, 'listTags'> = (read, page) => tags.list(read, page)
