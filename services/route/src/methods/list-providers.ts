import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { providers } from '../store/providers.ts'

export const listProviders: Answer<RouteContract, 'listProviders'> = (read, page) => providers.list(read, page)
