import type { tagContract } from '@voipbin/contracts/tag'
import type { Answer } from '@voipbin/service-kit'
import { tags } from '../store/tags.ts'

export const deleteTag: Answer<typeof tagContract, 'deleteTag'> = async (tx, { id }) =>
  tags.remove(tx, 'tag_deleted', await tags.get(tx, id))
