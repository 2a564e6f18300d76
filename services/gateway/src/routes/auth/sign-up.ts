import { command } from '@voipbin/contracts/contract'
import { customerContract } from '@voipbin/contracts/customer'
import { askAs } from '../ask.ts'
import { defineRoute } from '../route.ts'
import { open } from './open.ts'

const { input, output, reveals } = customerContract.methods.signUp

/** Where the terms were agreed to is what we see, not what the form says. */
export const signUp = defineRoute(
  {
    summary: 'Makes a customer and its first access key, which works once the e-mail address is verified',
    admits: open,
    method: command(input.omit({ terms_agreed_ip: true }), output, { reveals }),
  },
  (parts) => {
    const customers = parts.client(customerContract)
    return async ({ request, reply, caller, input: form }) => {
      const signup = { ...form, terms_agreed_ip: request.exchange.address }
      reply.header('cache-control', 'no-store')
      return { output: await askAs(caller, request, parts, () => customers.signUp(signup)) }
    }
  },
)
