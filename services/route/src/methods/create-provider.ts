import { NIL_ID } from '@voipbin/contracts/fields'
import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { checkHeaders } from '../provider.ts'
import { providers } from '../store/providers.ts'

export const createProvider: Answer<RouteContract, 'createProvider'> = async (tx, fields) => {
  checkHeaders(fields.tech_headers)
  const unseen = { metadata: null, health_status: 'unknown', health_checked_at: null } as const
  return providers.insert(tx, 'provider_created', { ...fields, ...unseen, customer_id: NIL_ID })
}
