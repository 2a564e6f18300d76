import { invalidArgument } from '@voipbin/contracts/errors'
import type { FastifyRequest } from 'fastify'

/** The one-time token of a mailed link. @throws INVALID_ARGUMENT for what none can look like */
export function tokenOf(request: FastifyRequest): string {
  const { token } = request.query as Readonly<Record<string, unknown>>
  if (typeof token !== 'string' || !/^[0-9a-f]{64}$/.test(token))
    throw invalidArgument('The link is not whole: open it as it is in the mail')
  return token
}
