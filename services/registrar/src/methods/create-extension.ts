import type { registrarContract } from '@voipbin/contracts/registrar'
import { type Answer, newDirectHash } from '@voipbin/service-kit'
import type { RegistrarConfig } from '../config.ts'
import { digestHashes, newPassword } from '../digest-hashes.ts'
import { realmOfCustomer } from '../domains.ts'
import { extensionTaken, limitReached } from '../extension.ts'
import { countExtensions, extensions } from '../store/extensions.ts'

export const createExtension =
  (config: RegistrarConfig): Answer<typeof registrarContract, 'createExtension'> =>
  async (tx, { password: chosen, ...fields }) => {
    const { customer_id, extension } = fields
    const realm = realmOfCustomer(customer_id, config)
    const sip_address = `${extension}@${realm}`
    if (await extensions.first(tx, { sip_address })) throw extensionTaken(extension)
    if ((await countExtensions(tx, customer_id)) >= config.maxExtensions) throw limitReached('EXTENSION_LIMIT', config.maxExtensions)
    const password = chosen === '' ? newPassword() : chosen
    const inserted = await extensions.insert(tx, 'extension_created', {
      ...fields,
      ...{ username: extension, domain_name: customer_id, realm, sip_address, direct_hash: newDirectHash() },
      ...digestHashes(extension, realm, password),
    })
    return { ...inserted, password }
  }
