import type { CustomRoute } from '@voipbin/contracts/gateway'
import { live, ready } from './health.ts'
import { openApi } from './openapi.ts'
import { ping } from './ping.ts'
import type { Route } from './route.ts'

export const routes = {
  'GET /ping': ping,
  'GET /openapi.json': openApi,
  'GET /health/live': live,
  'GET /health/ready': ready,
} satisfies Record<CustomRoute, Route>
