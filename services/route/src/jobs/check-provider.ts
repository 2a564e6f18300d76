import type { Provider } from '@voipbin/contracts/route'
import { switchContract } from '@voipbin/contracts/switch'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Clients, Ctx, JobHandler } from '@voipbin/service-kit'
import type { Nodes } from '../nodes.ts'
import { providers } from '../store/providers.ts'
import { checkProvider } from '../work.ts'

type Health = Provider['health_status']
type Parts = { readonly client: Clients; readonly nodes: Nodes; readonly intervalMs: number }

/** What was found this many checks ago says nothing any more. */
const STALE_CHECKS = 3

/** Asks a carrier whether it is there, and asks again later: as long as it is a provider. */
export const checkProviderHandler = (parts: Parts): JobHandler =>
  checkProvider.outside(async (ctx, { provider_id }) => {
    const asked = await providers.find(ctx.read(), provider_id)
    if (!asked) return undefined
    const found = await ask(ctx, asked, parts)
    return async (tx) => {
      const provider = await providers.find(tx, provider_id)
      if (!provider) return
      const { health_status: before, health_checked_at: checkedAt } = provider
      const isStale = checkedAt !== null && addMilliseconds(checkedAt, STALE_CHECKS * parts.intervalMs) < tx.now
      if (found !== 'unknown') await providers.update(tx, 'provider_updated', provider, { health_status: found, health_checked_at: tx.now })
      else if (before !== 'unknown' && isStale) await providers.update(tx, 'provider_updated', provider, { health_status: 'unknown' })
      tx.schedule(checkProvider, provider_id, addMilliseconds(tx.now, parts.intervalMs), { provider_id })
    }
  })

/** Healthy where it answers any node; unknown where no node could ask. */
async function ask({ log }: Ctx, { id, hostname }: Provider, { client, nodes }: Parts): Promise<Health> {
  let found: Health = 'unknown'
  for (const node of nodes.here()) {
    try {
      const { is_answered } = await client(switchContract, node).probe({ destination: `sip:${hostname};transport=udp` })
      if (is_answered) return 'healthy'
      found = 'unhealthy'
    } catch (error) {
      log.info('a switch node could not ask a provider', { provider_id: id, node, error })
    }
  }
  return found
}
