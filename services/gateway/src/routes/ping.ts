import type { Route } from './route.ts'

/** Whether anybody is there at all; what is behind is not asked. */
export const ping: Route = () => {
  const text = JSON.stringify({ message: 'pong' })
  return () => ({ status: 200, text })
}
