import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import { inOrder } from '../bindings.ts'
import { bindingsOf } from '../store/bindings.ts'
import { extensions } from '../store/extensions.ts'

/** None for an extension that is not there, or another customer's. */
export const listBindings: Answer<typeof registrarContract, 'listBindings'> = async (read, { customer_id, identity_id }) => {
  const extension = await extensions.find(read, identity_id)
  return { bindings: extension?.customer_id === customer_id ? inOrder(await bindingsOf(read, identity_id)) : [] }
}
