import { tagContract } from '@voipbin/contracts/tag'
import { defineService, purgeOnCustomerDeleted } from '@voipbin/service-kit'
import { createTag } from './methods/create-tag.ts'
import { deleteTag } from './methods/delete-tag.ts'
import { getTag } from './methods/get-tag.ts'
import { listTags } from './methods/list-tags.ts'
import { updateTag } from './methods/update-tag.ts'
import { tags } from './store/tags.ts'

export const tagService = defineService({
  contract: tagContract,
  folder: import.meta,
  start: () => ({
    methods: { listTags, getTag, createTag, updateTag, deleteTag },
    events: [purgeOnCustomerDeleted(tags, 'tag_deleted')],
  }),
})
