import type { registrarContract } from '@voipbin/contracts/registrar'
import { type Answer, newDirectHash } from '@voipbin/service-kit'
import type { RegistrarConfig } from '../config.ts'
import { digestHashes, newPassword } from '../digest-hashes.ts'
import { realmOfCustomer } from '../domains.ts'
import { extensions } from '../store/extensions.ts'

/** One that was changed or deleted since stays so. */
export const seedExtension =
  (config: RegistrarConfig): Answer<typeof registrarContract, 'seedExtension'> =>
  async (tx, fields) => {
    const { id, customer_id, extension } = fields
    const realm = realmOfCustomer(customer_id, config)
    const sip_address = `${extension}@${realm}`
    const isTaken = (await extensions.wasMade(tx, id)) || (await extensions.first(tx, { sip_address })) !== undefined
    if (isTaken) return { created: false, password: '' }
    const password = newPassword()
    await extensions.insert(tx, 'extension_created', {
      ...fields,
      ...{ detail: 'Made at the first start', digest_algorithm: 'MD5', username: extension, domain_name: customer_id },
      ...{ realm, sip_address, direct_hash: newDirectHash(), ...digestHashes(extension, realm, password) },
    })
    return { created: true, password }
  }
