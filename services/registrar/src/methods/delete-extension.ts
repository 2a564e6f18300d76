import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import { extensions } from '../store/extensions.ts'

export const deleteExtension: Answer<typeof registrarContract, 'deleteExtension'> = async (tx, { id }) =>
  extensions.remove(tx, 'extension_deleted', await extensions.get(tx, id))
