import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import type { ExtensionsOfAgent } from '../agent-extensions.ts'
import { extensions } from '../store/extensions.ts'

export const listAgentExtensions =
  (extensionsOf: ExtensionsOfAgent): Answer<typeof registrarContract, 'listAgentExtensions'> =>
  async (read, { owner_id, ...page }) => {
    const ids = await extensionsOf(owner_id)
    const text = ids.length === 0 ? '1 = 0' : `id IN (${ids.map(() => '?').join(', ')})`
    return extensions.list(read, page, {}, { text, values: ids })
  }
