import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { checkHeaders } from '../provider.ts'
import { providers } from '../store/providers.ts'
import { checkProvider } from '../work.ts'

/** At another address nobody knows whether it answers. */
export const updateProvider: Answer<RouteContract, 'updateProvider'> = async (tx, { id, ...fields }) => {
  checkHeaders(fields.tech_headers)
  const provider = await providers.get(tx, id)
  const isMoved = fields.hostname !== undefined && fields.hostname !== provider.hostname
  if (isMoved) tx.schedule(checkProvider, id, tx.now, { provider_id: id })
  const unseen = isMoved ? ({ health_status: 'unknown', health_checked_at: null } as const) : {}
  return providers.update(tx, 'provider_updated', provider, { ...fields, ...unseen })
}
