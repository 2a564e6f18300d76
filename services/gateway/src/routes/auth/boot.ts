import { customerContract } from '@voipbin/contracts/customer'
import { type Direct, type DirectResourceType, directContract, directHash } from '@voipbin/contracts/direct'
import { ServiceError } from '@voipbin/contracts/errors'
import { z } from 'zod'
import { stranger } from '../../identity/caller.ts'
import { collectEntities } from '../../operations/entities.ts'
import { fetchEntity } from '../../operations/ownership.ts'
import { admitTo, askAs, compileBody, openRules } from '../ask.ts'
import type { Route } from '../route.ts'

const readBoot = compileBody('POST /auth/boot', z.object({ direct_hash: directHash() }))

/** What a web page may start with: which operations its token reaches, and the field that says how the page looks. */
type Bootable = { readonly opens: readonly string[]; readonly look?: string }
const bootables: Readonly<Partial<Record<DirectResourceType, Bootable>>> = {
  ai: { opens: ['aicall'] },
  ai_team: { opens: ['aicall'] },
  webchat_widget: { opens: ['webchat_session'], look: 'theme_config' },
}

/** A direct hash for a token: visitors of a web page get no more than the page's one resource lets them do. */
export const boot: Route = (parts) => {
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

  return async ({ request, reply }) => {
    await admitTo(openRules, parts, request)
    const { direct_hash } = await readBoot(request, parts.bodyLimitOctets)
    const { direct, bootable, look } = await askAs(stranger, request, parts, async () => {
      const found = await find(direct_hash)
      return { ...found, look: await lookOf(found.direct, found.bootable) }
    })
    const { customer_id, resource_type, resource_id, hash } = direct
    const about = { customer_id, resource_type, resource_id, hash, allowed_resource_types: [...bootable.opens] }
    const { token, expire } = await parts.tokens.issue('direct', { direct: about })
    reply.header('cache-control', 'no-store')
    return { status: 200, text: JSON.stringify({ token, type: 'direct', resource_type, resource_id, customer_id, expire, ...look }) }
  }
}

/** One answer whatever is wrong: a stranger learns neither what there is nor whose. */
const bootFailed = () => new ServiceError('INVALID_ARGUMENT', 'BOOT_FAILED', 'Cannot start: the direct hash opens nothing')
