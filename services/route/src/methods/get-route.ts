import type { RouteContract } from '@voipbin/contracts/route'
import type { Answer } from '@voipbin/service-kit'
import { routes } from '../store/routes.ts'

export const getRoute: Answer<RouteContract, 'getRoute'> = (read, { id }) => routes.get(read, id)
