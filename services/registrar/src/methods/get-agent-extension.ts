import { notFound } from '@voipbin/contracts/errors'
import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import type { ExtensionsOfAgent } from '../agent-extensions.ts'
import { extensions } from '../store/extensions.ts'

export const getAgentExtension =
  (extensionsOf: ExtensionsOfAgent): Answer<typeof registrarContract, 'getAgentExtension'> =>
  async (read, { id, customer_id, owner_id }) => {
    const isAmong = (await extensionsOf(owner_id)).includes(id)
    const extension = isAmong ? await extensions.find(read, id) : undefined
    if (extension?.customer_id !== customer_id) throw notFound('extension', id)
    return extension
  }
