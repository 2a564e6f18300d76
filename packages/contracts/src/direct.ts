import { z } from 'zod'
import { defineContract, query } from './contract.ts'
import { entity } from './entity.ts'
import { id, internal } from './fields.ts'
import { byId, pageOf, pageOfCustomer } from './page.ts'

/** `direct.` and 12 hex characters: reaches a resource by phone (`sip:direct.…@sip.<base domain>`) or from a web page, without saying which it is. */
export const directHash = () => z.string().max(32)

/** Kinds of resources that carry a `direct_hash`. */
export const directResourceTypes = ['agent', 'ai', 'ai_team', 'conference', 'extension', 'flow', 'queue', 'webchat_widget'] as const
export type DirectResourceType = (typeof directResourceTypes)[number]

/** What a hash reaches. */
export const direct = entity(
  'direct',
  {
    resource_type: z.enum(directResourceTypes),
    resource_id: id(),
    hash: directHash(),
    /** The hash that the resource had made for itself, where another one had it already: the resource takes `hash` instead. Else empty. */
    refused_hash: internal(directHash()),
    /** Version of the resource that was followed last. */
    resource_version: internal(z.int().positive()),
  },
  { get: 'getDirect' },
)
export type Direct = z.output<typeof direct>

/**
 * The directory of direct hashes. A resource makes its hash, renews and loses it in its own transactions; the directory follows
 * its events, so it has no method that changes anything. Its events are told after it says so.
 */
export const directContract = defineContract({
  service: 'direct',
  events: { direct_created: direct, direct_regenerated: direct, direct_deleted: direct },
  methods: {
    listDirects: query(pageOfCustomer, pageOf(direct)),
    getDirect: query(byId, direct),
    /** What is behind a hash that a stranger presents. @throws NOT_FOUND */
    getDirectByHash: query(z.object({ hash: z.string().max(255) }), direct),
  },
  api: {},
})
