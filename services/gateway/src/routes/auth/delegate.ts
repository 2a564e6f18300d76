import { agentContract } from '@voipbin/contracts/agent'
import { query } from '@voipbin/contracts/contract'
import { customerContract } from '@voipbin/contracts/customer'
import { notFound } from '@voipbin/contracts/errors'
import { id, secret, timestamp } from '@voipbin/contracts/fields'
import { ProjectSuperAdmin } from '@voipbin/contracts/permission'
import { z } from 'zod'
import { passwordTimeOf } from '../../identity/json-web-token.ts'
import { askAs } from '../ask.ts'
import { defineRoute } from '../route.ts'

const wish = z.object({
  customer_id: id(),
  reason: z.string().regex(/^[\x20-\x7e]{10,200}$/, 'must be 10 to 200 printable ASCII characters'),
})
const delegated = z.object({ token: secret(z.string()), customer_id: id(), expire: timestamp() })

/** Lets a superadmin act as an admin of one customer for a while. Why is in the log. */
export const delegate = defineRoute(
  {
    summary: 'A token of eight hours with which a superadmin acts as an admin of a customer; the reason is logged',
    admits: { permission: ProjectSuperAdmin, identity: ['agent'], tier: 'AUTH_PROTECTED' },
    method: query(wish, delegated, { reveals: ['token'] }),
    ...{ invalidInput: 'UNPROCESSABLE', alsoAnswers: [{ status: 404 }, { status: 422 }] },
  },
  (parts) => {
    const agents = parts.client(agentContract)
    const customers = parts.client(customerContract)
    return async ({ request, reply, caller, input: { customer_id, reason } }) => {
      const sub = caller.actor.id
      const [agent, customer] = await askAs(caller, request, parts, () =>
        Promise.all([agents.getAgent({ id: sub }), customers.getCustomer({ id: customer_id })]),
      )
      if (customer.tm_delete !== null) throw notFound('customer', customer_id)
      const jti = parts.newId()
      const { token, expire } = await parts.tokens.issue('delegate', { sub, jti, customer_id, password_time: passwordTimeOf(agent) })
      parts.log.info('delegate sent', { request_id: request.id, customer_id, agent_id: sub, token_id: jti, reason })
      reply.header('cache-control', 'no-store')
      return { output: { token, customer_id, expire } }
    }
  },
)
