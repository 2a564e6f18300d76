import type { CustomRoute } from '@voipbin/contracts/gateway'
import { live, ready } from './health.ts'
import { openApi } from './openapi.ts'
import { ping } from './ping.ts'
import type { Route } from './route.ts'
import { webSocket } from './web-socket.ts'

export const routes = {
  'GET /ping': ping,
  'GET /openapi.json': openApi,
  'GET /health/live': live,
  'GET /health/ready': ready,
  'GET /v1.0/ws': webSocket,
  'GET /v1.0/service_agents/ws': webSocket,
} satisfies Record<CustomRoute, Route>
