import { newRequestId } from '@voipbin/service-kit'

/** What may be echoed: a header of this form cannot break a log line, a header or a page. */
const SAFE = /^[A-Za-z0-9_-]{1,64}$/

/** The client's own `X-Request-Id` where it is safe, else a new one. */
export function requestIdOf(given: string | string[] | undefined): string {
  return typeof given === 'string' && SAFE.test(given) ? given : newRequestId()
}
