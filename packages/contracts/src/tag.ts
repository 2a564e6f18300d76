import { z } from 'zod'
import { defineContract, mutation, query } from './contract.ts'
import { entity } from './entity.ts'
import { byId, ofCustomer, pageOf, pageOfCustomer } from './page.ts'
import { AdminOrManager, All } from './permission.ts'

export const tag = entity('tag', { name: z.string().max(255), detail: z.string().max(4096) }, { get: 'getTag' })
export type Tag = z.output<typeof tag>

const editable = tag.pick({ name: true, detail: true })

export const tagContract = defineContract({
  service: 'tag',
  events: { tag_created: tag, tag_updated: tag, tag_deleted: tag },
  methods: {
    listTags: query(pageOfCustomer, pageOf(tag)),
    getTag: query(byId, tag),
    createTag: mutation(ofCustomer(editable), tag),
    updateTag: mutation(byId.extend(editable.shape), tag),
    deleteTag: mutation(byId, tag),
  },
  api: {
    'GET /tags': { method: 'listTags', permission: AdminOrManager, page: { default: 100, max: 100 } },
    'POST /tags': { method: 'createTag', permission: AdminOrManager },
    'GET /tags/:id': { method: 'getTag', permission: AdminOrManager, owned: { id: 'tag' } },
    'PUT /tags/:id': { method: 'updateTag', permission: AdminOrManager, owned: { id: 'tag' } },
    'DELETE /tags/:id': { method: 'deleteTag', permission: AdminOrManager, owned: { id: 'tag' } },
    'GET /service_agents/tags': { method: 'listTags', permission: All, identity: ['agent'], page: { default: 100, max: 100 } },
    'GET /service_agents/tags/:id': { method: 'getTag', permission: All, identity: ['agent'], owned: { id: 'tag' } },
  },
})
