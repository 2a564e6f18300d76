import { notFound } from '@voipbin/contracts/errors'
import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import { changeBindings, inOrder } from '../bindings.ts'
import type { RegistrarConfig } from '../config.ts'
import { deleteBindings, insertBindings, lockBindings } from '../store/bindings.ts'
import { extensions } from '../store/extensions.ts'

export const updateBindings =
  (config: RegistrarConfig): Answer<typeof registrarContract, 'updateBindings'> =>
  async (tx, { customer_id, identity_id, ...change }) => {
    const extension = await extensions.find(tx, identity_id)
    if (extension?.customer_id !== customer_id) throw notFound('extension', identity_id)
    const before = await lockBindings(tx, identity_id)
    const { keep, save, gone } = changeBindings(before, change, config.maxContacts)
    await deleteBindings(tx, identity_id, gone)
    await insertBindings(tx, { identity_id, customer_id }, save)
    return { bindings: inOrder([...keep, ...save]) }
  }
