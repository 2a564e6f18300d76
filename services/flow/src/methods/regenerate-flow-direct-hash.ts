import type { flowContract } from '@voipbin/contracts/flow'
import { type Answer, newDirectHash } from '@voipbin/service-kit'
import { flows } from '../store/flows.ts'

/** The old one reaches nothing any more. */
export const regenerateFlowDirectHash: Answer<typeof flowContract, 'regenerateFlowDirectHash'> = async (tx, { id }) =>
  flows.update(tx, 'flow_updated', await flows.get(tx, id), { direct_hash: newDirectHash() })
