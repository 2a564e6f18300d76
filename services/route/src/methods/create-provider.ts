import { NIL_ID } from '@voipbin/contracts/fields'
import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { checkHeaders, newProvider } from '../provider.ts'
import { insertProvider } from '../store/providers.ts'

export const createProvider: Answer<RouteContract, 'createProvider'> = async (tx, fields) => {
  checkHeaders(fields.tech_headers)
  return insertProvider(tx, { ...newProvider, ...fields, customer_id: NIL_ID })
}
