import type { NumberContract } from '@voipbin/contracts/number'
import type { Answer } from '@voipbin/service-kit'
import { flowIdOf } from '../number.ts'
import { numbers } from '../store/numbers.ts'

export const updateNumber: Answer<NumberContract, 'updateNumber'> = async (tx, { id, name, detail, call_flow_id, message_flow_id }) => {
  const flows = { call_flow_id: flowIdOf(call_flow_id), message_flow_id: flowIdOf(message_flow_id) }
  return numbers.update(tx, 'number_updated', await numbers.get(tx, id), { name, detail, ...flows })
}
