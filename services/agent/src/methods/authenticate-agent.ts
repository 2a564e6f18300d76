import type { agentContract } from '@voipbin/contracts/agent'
import type { Answer } from '@voipbin/service-kit'
import { invalidCredentials } from '../agent.ts'
import type { LoginThrottle } from '../login-throttle.ts'
import type { Passwords } from '../passwords.ts'
import { agents } from '../store/agents.ts'

type Parts = { readonly passwords: Passwords; readonly throttle: LoginThrottle }

/** One look, one verification, one error, whoever it is and whatever is wrong. */
export const authenticateAgent =
  ({ passwords, throttle }: Parts): Answer<typeof agentContract, 'authenticateAgent'> =>
  async (ctx, { password, ...login }) => {
    await throttle.admit(login)
    const agent = await agents.first(ctx.read(), { username: login.username })
    const fits = await passwords.verify(agent?.password_hash ?? '', password)
    if (!agent || !fits) {
      await throttle.failed(login)
      throw invalidCredentials()
    }
    await throttle.succeeded(login)
    return agent
  }
