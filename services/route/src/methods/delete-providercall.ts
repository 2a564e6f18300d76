import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { providercalls } from '../store/providercalls.ts'

export const deleteProvidercall: Answer<RouteContract, 'deleteProvidercall'> = async (tx, { id }) =>
  providercalls.remove(tx, 'providercall_deleted', await providercalls.get(tx, id))
