import type { Route } from './route.ts'

/** Whether anybody is there at all; what is behind is not asked. */
export const ping: Route = () => ({ status: 200, body: { message: 'pong' } })
