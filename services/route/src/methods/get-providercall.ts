import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { providercalls } from '../store/providercalls.ts'

export const getProvidercall: Answer<RouteContract, 'getProvidercall'> = (read, { id }) => providercalls.get(read, id)
