import type { NumberContract } from '@voipbin/contracts/number'
import type { Answer } from '@voipbin/service-kit'
import { numbers } from '../store/numbers.ts'

export const updateNumberMetadata: Answer<NumberContract, 'updateNumberMetadata'> = async (tx, { id, rtp_debug }) => {
  const number = await numbers.get(tx, id)
  return numbers.update(tx, 'number_updated', number, { metadata: { rtp_debug: rtp_debug ?? number.metadata.rtp_debug } })
}
