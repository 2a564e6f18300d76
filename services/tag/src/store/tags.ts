import { tag, tagContract } from '@voipbin/contracts/tag'
import { entityTable } from '@voipbin/sql'

export const tags = entityTable(tagContract, 'tag_tags', tag)
