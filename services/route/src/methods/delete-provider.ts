import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { providers } from '../store/providers.ts'
import { checkProvider, removeRoutes } from '../work.ts'

export const deleteProvider: Answer<RouteContract, 'deleteProvider'> = async (tx, { id }) => {
  tx.schedule(removeRoutes, id, tx.now, { provider_id: id })
  tx.unschedule(checkProvider, id)
  return providers.remove(tx, 'provider_deleted', await providers.get(tx, id))
}
