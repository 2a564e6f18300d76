import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import { trunks } from '../store/trunks.ts'

export const deleteTrunk: Answer<typeof registrarContract, 'deleteTrunk'> = async (tx, { id }) =>
  trunks.remove(tx, 'trunk_deleted', await trunks.get(tx, id))
