import { routeContract } from '@voipbin/contracts/route'
import { providercall } from '@voipbin/contracts/route-providercalls'
import { entityTable } from '@voipbin/sql'

export const providercalls = entityTable(routeContract, 'route_providercalls', providercall)
