import { agentContract } from '@voipbin/contracts/agent'
import { command } from '@voipbin/contracts/contract'
import { customerContract } from '@voipbin/contracts/customer'
import { invalidArgument, ServiceError } from '@voipbin/contracts/errors'
import { Admin } from '@voipbin/contracts/permission'
import { z } from 'zod'
import { askAs } from '../ask.ts'
import { defineRoute } from '../route.ts'

const wish = z.object({
  password: z.string().max(1024).default(''),
  confirmation_phrase: z.union([z.literal('DELETE'), z.literal('')]).default(''),
  immediate: z.boolean().default(false),
})

/** Ends the account: it is frozen for 30 days, or gone at once. Whoever asks proves that they mean it. */
export const unregister = defineRoute(
  {
    summary: 'Ends the own account: frozen for 30 days, or deleted at once',
    admits: { permission: Admin, identity: ['agent', 'accesskey'], tier: 'AUTH_PROTECTED' },
    method: command(wish, customerContract.methods.unregister.output),
    alsoAnswers: [{ status: 404 }],
  },
  (parts) => {
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

    return async ({ request, caller, input: { password, confirmation_phrase, immediate } }) => {
      if ((password === '') === (confirmation_phrase === ''))
        throw invalidArgument('Send either "password" or "confirmation_phrase": "DELETE"')
      const { id, kind, customer_id } = caller.actor
      if (password !== '' && kind !== 'agent') throw invalidArgument('An access key has no password: send "confirmation_phrase": "DELETE"')
      const customer = await askAs(caller, request, parts, async () => {
        if (password !== '') await checkPassword(id, password, request.exchange.address)
        return customers.unregister({ customer_id, immediate })
      })
      return { output: customer }
    }
  },
)

const wrongPassword = () => new ServiceError('INVALID_ARGUMENT', 'WRONG_PASSWORD', 'Cannot unregister: the password is wrong')
