import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { providercalls } from '../store/providercalls.ts'

export const listProvidercalls: Answer<RouteContract, 'listProvidercalls'> = (read, { provider_id, ...page }) =>
  providercalls.list(read, page, provider_id === undefined ? {} : { provider_id })
