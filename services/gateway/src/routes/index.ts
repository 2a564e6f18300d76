import type { CustomRoute } from '@voipbin/contracts/gateway'
import { boot } from './auth/boot.ts'
import { delegate } from './auth/delegate.ts'
import { emailVerifyPage } from './auth/email-verify-page.ts'
import { login } from './auth/login.ts'
import { passwordResetPage } from './auth/password-reset-page.ts'
import { signUp } from './auth/sign-up.ts'
import { unregister } from './auth/unregister.ts'
import { docs } from './docs.ts'
import { live, ready } from './health.ts'
import { openApi } from './openapi.ts'
import { ping } from './ping.ts'
import type { Route } from './route.ts'
import { webSocket } from './web-socket.ts'

export const routes = {
  'GET /ping': ping,
  'GET /openapi.json': openApi,
  'GET /docs': docs,
  'GET /health/live': live,
  'GET /health/ready': ready,
  'POST /auth/login': login,
  'POST /auth/boot': boot,
  'POST /auth/signup': signUp,
  'GET /auth/email-verify': emailVerifyPage,
  'GET /auth/password-reset': passwordResetPage,
  'POST /auth/unregister': unregister,
  'POST /auth/delegate': delegate,
  'GET /v1.0/ws': webSocket,
  'GET /v1.0/service_agents/ws': webSocket,
} satisfies Record<CustomRoute, Route>
