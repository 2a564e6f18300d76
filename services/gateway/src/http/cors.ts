/** Any page may call the API, but with a credential of its own: browsers send no cookies across origins without Allow-Credentials. */
const allowedMethods = 'POST, GET, PUT, DELETE, PATCH, HEAD, OPTIONS'
const allowedHeaders = 'Origin, X-Requested-With, Content-Type, Accept, Authorization, Idempotency-Key, X-Request-Id'
const exposedHeaders = 'X-Request-Id, Retry-After, Location'
const PREFLIGHT_SECONDS = 12 * 3600

export const corsHeaders = { 'access-control-allow-origin': '*', 'access-control-expose-headers': exposedHeaders } as const

export const preflightHeaders = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': allowedMethods,
  'access-control-allow-headers': allowedHeaders,
  'access-control-max-age': String(PREFLIGHT_SECONDS),
} as const
