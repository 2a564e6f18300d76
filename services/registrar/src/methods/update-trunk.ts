import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import { digestHashes } from '../digest-hashes.ts'
import { saveAddresses, trunks } from '../store/trunks.ts'
import { addressesOf, distinct, refuseRename, refuseUnusable } from '../trunk.ts'

export const updateTrunk: Answer<typeof registrarContract, 'updateTrunk'> = async (tx, { id, password, ...fields }) => {
  const trunk = await trunks.get(tx, id)
  const username = fields.username ?? trunk.username
  refuseRename(trunk, username, password)
  const changes = {
    ...fields,
    auth_types: distinct(fields.auth_types ?? trunk.auth_types),
    allowed_ips: distinct(fields.allowed_ips ?? trunk.allowed_ips),
    ...(password === '' ? {} : digestHashes(username, trunk.realm, password)),
  }
  refuseUnusable({ ...trunk, ...changes, username })
  const updated = await trunks.update(tx, 'trunk_updated', trunk, changes)
  await saveAddresses(tx, id, addressesOf(updated))
  return updated
}
