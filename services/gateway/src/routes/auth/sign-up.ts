import { customerContract } from '@voipbin/contracts/customer'
import { compileProjection } from '@voipbin/contracts/project'
import { stranger } from '../../identity/caller.ts'
import { admitTo, askAs, compileBody, openRules } from '../ask.ts'
import type { Route } from '../route.ts'

const { input, output } = customerContract.methods.signUp
/** Where the terms were agreed to is what we see, not what the form says. */
const readSignUp = compileBody('POST /auth/signup', input.omit({ terms_agreed_ip: true }))
const project = compileProjection(output, ['internal'])

export const signUp: Route = (parts) => {
  const customers = parts.client(customerContract)
  return async ({ request, reply }) => {
    await admitTo(openRules, parts, request)
    const form = await readSignUp(request, parts.bodyLimitOctets)
    const signup = { ...form, terms_agreed_ip: request.exchange.address }
    const made = await askAs(stranger, request, parts, () => customers.signUp(signup))
    reply.header('cache-control', 'no-store')
    return { status: 200, text: JSON.stringify(project(made)) }
  }
}
