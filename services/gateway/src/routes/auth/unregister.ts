import { agentContract } from '@voipbin/contracts/agent'
import { customerContract } from '@voipbin/contracts/customer'
import { invalidArgument, ServiceError } from '@voipbin/contracts/errors'
import { Admin } from '@voipbin/contracts/permission'
import { compileProjection } from '@voipbin/contracts/project'
import { z } from 'zod'
import { compileAdmission } from '../../admission/admit.ts'
import { admitTo, askAs, compileBody } from '../ask.ts'
import type { Route } from '../route.ts'

const identity = ['agent', 'accesskey'] as const
const rules = compileAdmission({ method: '', permission: Admin, identity, tier: 'AUTH_PROTECTED' }, '/auth/unregister')
const readWish = compileBody(
  'POST /auth/unregister',
  z.object({
    password: z.string().max(1024).default(''),
    confirmation_phrase: z.union([z.literal('DELETE'), z.literal('')]).default(''),
    immediate: z.boolean().default(false),
  }),
)
const project = compileProjection(customerContract.methods.unregister.output, ['internal', 'secret'])

/** Ends the account: it is frozen for 30 days, or gone at once. Whoever asks proves that they mean it. */
export const unregister: Route = (parts) => {
  const agents = parts.client(agentContract)
  const customers = parts.client(customerContract)

  async function checkPassword(id: string, password: string, source: string): Promise<void> {
    const { username } = await agents.getAgent({ id })
    try {
      await agents.authenticateAgent({ username, password, source })
    } catch (error) {
      if (error instanceof ServiceError && error.status === 'UNAUTHENTICATED') throw wrongPassword()
      throw error
    }
  }

  return async ({ request }) => {
    const caller = await admitTo(rules, parts, request)
    const { password, confirmation_phrase, immediate } = await readWish(request, parts.bodyLimitOctets)
    if ((password === '') === (confirmation_phrase === ''))
      throw invalidArgument('Send either "password" or "confirmation_phrase": "DELETE"')
    const { id, kind, customer_id } = caller.actor
    if (password !== '' && kind !== 'agent') throw invalidArgument('An access key has no password: send "confirmation_phrase": "DELETE"')
    const customer = await askAs(caller, request, parts, async () => {
      if (password !== '') await checkPassword(id, password, request.exchange.address)
      return customers.unregister({ customer_id, immediate })
    })
    return { status: 200, text: JSON.stringify(project(customer)) }
  }
}

const wrongPassword = () => new ServiceError('INVALID_ARGUMENT', 'WRONG_PASSWORD', 'Cannot unregister: the password is wrong')
