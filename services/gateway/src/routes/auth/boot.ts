import { query } from '@voipbin/contracts/contract'
import { customerContract } from '@voipbin/contracts/customer'
import { type Direct, type DirectResourceType, directContract, direct as directEntity, directHash } from '@voipbin/contracts/direct'
import { ServiceError } from '@voipbin/contracts/errors'
import { secret, timestamp } from '@voipbin/contracts/fields'
import { z } from 'zod'
import { collectEntities } from '../../operations/entities.ts'
import { fetchEntity } from '../../operations/ownership.ts'
import { askAs } from '../ask.ts'
import { defineRoute } from '../route.ts'
import { open } from './open.ts'

const booted = z.object({
  token: secret(z.string()),
  type: z.literal('direct'),
  ...directEntity.pick({ resource_type: true, resource_id: true, customer_id: true }).shape,
  expire: timestamp(),
  /** What the page needs before it has said anything. */
  resource_data: z.object({ public_display_config: z.unknown() }).optional(),
})

/** What a web page may start with: which operations its token reaches, and the field that says how the page looks. */
type Bootable = { readonly opens: readonly string[]; readonly look?: string }
const bootables: Readonly<Partial<Record<DirectResourceType, Bootable>>> = {
  ai: { opens: ['aicall'] },
  ai_team: { opens: ['aicall'] },
  webchat_widget: { opens: ['webchat_session'], look: 'theme_config' },
}

/** A direct hash for a token: visitors of a web page get no more than the page's one resource lets them do. */
export const boot = defineRoute(
  {
    summary: 'Exchanges a direct hash for a token that opens what a visitor of its resource needs',
    admits: open,
    method: query(z.object({ direct_hash: directHash() }), booted, { reveals: ['token'] }),
  },
  (parts) => {
    const directs = parts.client(directContract)
    const customers = parts.client(customerContract)
    const entities = collectEntities(parts.contracts)

    async function find(hash: string): Promise<{ direct: Direct; bootable: Bootable }> {
      try {
        const direct = await directs.getDirectByHash({ hash })
        const bootable = bootables[direct.resource_type]
        if (bootable && (await customers.getCustomer({ id: direct.customer_id })).status === 'active') return { direct, bootable }
      } catch (error) {
        if (!(error instanceof ServiceError && error.status === 'NOT_FOUND')) throw error
      }
      throw bootFailed()
    }

    /** @throws BOOT_FAILED where the resource has been deleted just now */
    async function lookOf({ resource_type, resource_id }: Direct, { look }: Bootable): Promise<object> {
      const entity = look === undefined ? undefined : entities.get(resource_type)
      if (look === undefined || !entity) return {}
      const resource = await fetchEntity(parts.call, entity, resource_id)
      if (!resource) throw bootFailed()
      return { resource_data: { public_display_config: resource[look] ?? null } }
    }

    return async ({ request, reply, input, caller }) => {
      const { direct, bootable, look } = await askAs(caller, request, parts, async () => {
        const found = await find(input.direct_hash)
        return { ...found, look: await lookOf(found.direct, found.bootable) }
      })
      const { customer_id, resource_type, resource_id, hash } = direct
      const about = { customer_id, resource_type, resource_id, hash, allowed_resource_types: [...bootable.opens] }
      const { token, expire } = await parts.tokens.issue('direct', { direct: about })
      reply.header('cache-control', 'no-store')
      return { output: { token, type: 'direct' as const, resource_type, resource_id, customer_id, expire, ...look } }
    }
  },
)

/** One answer whatever is wrong: a stranger learns neither what there is nor whose. */
const bootFailed = () => new ServiceError('INVALID_ARGUMENT', 'BOOT_FAILED', 'Cannot start: the direct hash opens nothing')
