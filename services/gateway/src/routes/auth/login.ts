import { type Agent, agentContract } from '@voipbin/contracts/agent'
import { command } from '@voipbin/contracts/contract'
import { customerContract } from '@voipbin/contracts/customer'
import { ServiceError } from '@voipbin/contracts/errors'
import { secret } from '@voipbin/contracts/fields'
import { compileProjection } from '@voipbin/contracts/project'
import { z } from 'zod'
import { passwordTimeOf } from '../../identity/json-web-token.ts'
import { askAs } from '../ask.ts'
import { defineRoute } from '../route.ts'
import { open } from './open.ts'

const credentials = z.object({ username: z.string().min(1).max(255), password: z.string().min(1).max(1024) })
const signedIn = z.object({ username: z.string(), token: secret(z.string()) })
/** Whom a token may name: everything of an agent that its own clients may see. */
const project = compileProjection(agentContract.methods.getAgent.output, ['internal', 'secret'])
const maySignIn: ReadonlySet<string> = new Set(['active', 'frozen'])

/** Answers with a token, and gives it to browsers as a cookie. */
export const login = defineRoute(
  {
    summary: 'Signs an agent in; the token comes as a cookie, too',
    admits: open,
    method: command(credentials, signedIn, { reveals: ['token'] }),
  },
  (parts) => {
    const agents = parts.client(agentContract)
    const customers = parts.client(customerContract)

    async function signIn(username: string, password: string, source: string): Promise<Agent> {
      try {
        const agent = await agents.authenticateAgent({ username, password, source })
        const customer = await customers.getCustomer({ id: agent.customer_id })
        if (maySignIn.has(customer.status)) return agent
      } catch (error) {
        if (!(error instanceof ServiceError && failures.has(error.status))) throw error
      }
      throw loginFailed()
    }

    return async ({ request, reply, caller, input: { username, password } }) => {
      const agent = await askAs(caller, request, parts, () => signIn(username, password, request.exchange.address))
      const about = { agent: project(agent) as { id: string; customer_id: string }, password_time: passwordTimeOf(agent) }
      const { token, lifeMs } = await parts.tokens.issue('agent', about)
      reply.header('set-cookie', `token=${token}; Max-Age=${lifeMs / 1000}; Path=/; Secure; HttpOnly; SameSite=Strict`)
      reply.header('cache-control', 'no-store')
      return { output: { username: agent.username, token } }
    }
  },
)

const failures: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'NOT_FOUND', 'INVALID_ARGUMENT'])
/** One answer whatever is wrong; 400 as the original API. */
const loginFailed = () => new ServiceError('INVALID_ARGUMENT', 'LOGIN_FAILED', 'Cannot sign in: username or password is wrong')
