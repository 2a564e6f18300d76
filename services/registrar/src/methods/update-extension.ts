import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import { digestHashes } from '../digest-hashes.ts'
import { extensions } from '../store/extensions.ts'

export const updateExtension: Answer<typeof registrarContract, 'updateExtension'> = async (tx, { id, password, ...fields }) => {
  const extension = await extensions.get(tx, id)
  const hashes = password === '' ? {} : digestHashes(extension.username, extension.realm, password)
  return extensions.update(tx, 'extension_updated', extension, { ...fields, ...hashes })
}
