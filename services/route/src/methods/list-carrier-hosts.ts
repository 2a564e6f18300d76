import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { providers } from '../store/providers.ts'

/** More carriers than anybody has. */
const MANY = 100

export const listCarrierHosts: Answer<RouteContract, 'listCarrierHosts'> = async (read) => {
  const { result } = await providers.list(read, { page_size: MANY, page_token: '' })
  return { hosts: [...new Set(result.map(({ hostname }) => hostname))] }
}
