import type { tagContract } from '@voipbin/contracts/tag'
import type { Answer } from '@voipbin/service-kit'
import { tags } from '../store/tags.ts'

export const updateTag: Answer<typeof tagContract, 'updateTag'> = async (tx, { id, ...fields }) =>
  tags.update(tx, 'tag_updated', await tags.get(tx, id), fields)
