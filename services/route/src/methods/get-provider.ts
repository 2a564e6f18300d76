import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { providers } from '../store/providers.ts'

export const getProvider: Answer<RouteContract, 'getProvider'> = (read, { id }) => providers.get(read, id)
