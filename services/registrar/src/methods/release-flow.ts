import type { registrarContract } from '@voipbin/contracts/registrar'
import type { Answer } from '@voipbin/service-kit'
import { deleteByFlow } from '../store/bindings.ts'

export const releaseFlow: Answer<typeof registrarContract, 'releaseFlow'> = async (tx, { identity_id, node_id, flow }) => {
  await deleteByFlow(tx, identity_id, { node_id, flow })
  return {}
}
