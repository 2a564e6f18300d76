import { agentContract } from '@voipbin/contracts/agent'
import { customerContract } from '@voipbin/contracts/customer'
import { notFound, ServiceError } from '@voipbin/contracts/errors'
import { id } from '@voipbin/contracts/fields'
import { ProjectSuperAdmin } from '@voipbin/contracts/permission'
import { z } from 'zod'
import { compileAdmission } from '../../admission/admit.ts'
import { passwordTimeOf } from '../../identity/json-web-token.ts'
import { admitTo, askAs, compileBody } from '../ask.ts'
import type { Route } from '../route.ts'

const rules = compileAdmission({ method: '', permission: ProjectSuperAdmin, identity: ['agent'], tier: 'AUTH_PROTECTED' }, '/auth/delegate')
const wish = z.object({
  customer_id: id(),
  reason: z.string().regex(/^[\x20-\x7e]{10,200}$/, 'must be 10 to 200 printable ASCII characters'),
})
const readWish = compileBody('POST /auth/delegate', z.object({ customer_id: z.unknown().optional(), reason: z.unknown().optional() }))

/** Lets a superadmin act as an admin of one customer for a while. Why is in the log. */
export const delegate: Route = (parts) => {
  const agents = parts.client(agentContract)
  const customers = parts.client(customerContract)
  return async ({ request, reply }) => {
    const caller = await admitTo(rules, parts, request)
    const parsed = wish.safeParse(await readWish(request, parts.bodyLimitOctets))
    if (!parsed.success) throw unprocessable(parsed.error.issues)
    const { customer_id, reason } = parsed.data
    const sub = caller.actor.id
    const [agent, customer] = await askAs(caller, request, parts, () =>
      Promise.all([agents.getAgent({ id: sub }), customers.getCustomer({ id: customer_id })]),
    )
    if (customer.tm_delete !== null) throw notFound('customer', customer_id)
    const jti = parts.newId()
    const { token, expire } = await parts.tokens.issue('delegate', { sub, jti, customer_id, password_time: passwordTimeOf(agent) })
    parts.log.info('delegate sent', { request_id: request.id, customer_id, agent_id: sub, token_id: jti, reason })
    reply.header('cache-control', 'no-store')
    return { status: 200, text: JSON.stringify({ token, customer_id, expire }) }
  }
}

function unprocessable(issues: readonly z.core.$ZodIssue[]): ServiceError {
  const details = issues.map((issue) => ({ field: issue.path.join('.'), rule: issue.message }))
  return new ServiceError('INVALID_ARGUMENT', 'UNPROCESSABLE', `Cannot delegate: field "${details[0]?.field}" ${details[0]?.rule}`, {
    details,
  })
}
