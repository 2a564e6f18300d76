import { NIL_ID } from '@voipbin/contracts/fields'
import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { checkHeaders } from '../provider.ts'
import { providers } from '../store/providers.ts'
import { checkProvider } from '../work.ts'

export const createProvider: Answer<RouteContract, 'createProvider'> = async (tx, fields) => {
  checkHeaders(fields.tech_headers)
  const unseen = { metadata: null, health_status: 'unknown', health_checked_at: null } as const
  const made = await providers.insert(tx, 'provider_created', { ...fields, ...unseen, customer_id: NIL_ID })
  tx.schedule(checkProvider, made.id, tx.now, { provider_id: made.id })
  return made
}
