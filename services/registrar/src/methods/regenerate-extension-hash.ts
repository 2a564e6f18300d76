import type { registrarContract } from '@voipbin/contracts/registrar'
import { type Answer, newDirectHash } from '@voipbin/service-kit'
import { extensions } from '../store/extensions.ts'

/** The old one reaches nobody any more. */
export const regenerateExtensionHash: Answer<typeof registrarContract, 'regenerateExtensionHash'> = async (tx, { id }) =>
  extensions.update(tx, 'extension_updated', await extensions.get(tx, id), { direct_hash: newDirectHash() })
