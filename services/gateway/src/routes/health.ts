import type { Route } from './route.ts'

/** The process answers: restart it when it does not. */
export const live: Route = () => () => ({ status: 200, text: JSON.stringify({ status: 'ok' }) })

/** What it stands on answers, too: send nobody here while it does not. */
export const ready: Route =
  ({ health }) =>
  async () => {
    const { status, checks } = await health()
    return { status: status === 'unavailable' ? 503 : 200, text: JSON.stringify({ status, checks }) }
  }
