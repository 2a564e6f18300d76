import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import type { RegistrarConfig } from '../config.ts'
import { digestHashes, newPassword } from '../digest-hashes.ts'
import { realmOfTrunk } from '../domains.ts'
import { domainNameTaken, limitReached } from '../extension.ts'
import { countTrunks, saveAddresses, trunks } from '../store/trunks.ts'
import { addressesOf, distinct, refuseUnusable } from '../trunk.ts'

export const createTrunk =
  (config: RegistrarConfig): Answer<typeof registrarContract, 'createTrunk'> =>
  async (tx, { password: chosen, ...given }) => {
    const { customer_id, domain_name, username } = given
    if (await trunks.first(tx, { domain_name })) throw domainNameTaken(domain_name)
    if ((await countTrunks(tx, customer_id)) >= config.maxTrunks) throw limitReached('TRUNK_LIMIT', config.maxTrunks)
    const realm = realmOfTrunk(domain_name, config)
    const password = chosen === '' && given.auth_types.includes('basic') ? newPassword() : chosen
    const hashes = password === '' ? { ha1_md5: '', ha1_sha256: '' } : digestHashes(username, realm, password)
    const lists = { auth_types: distinct(given.auth_types), allowed_ips: distinct(given.allowed_ips) }
    const trunk = { ...given, ...lists, realm, ...hashes }
    refuseUnusable(trunk)
    const inserted = await trunks.insert(tx, 'trunk_created', trunk)
    await saveAddresses(tx, inserted.id, addressesOf(inserted))
    return { ...inserted, password }
  }
