import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { outboundConfigs } from '../store/outbound-configs.ts'

/** From then on nothing of its customer goes to the telephone network. */
export const deleteOutboundConfig: Answer<CallContract, 'deleteOutboundConfig'> = async (tx, { id }) =>
  outboundConfigs.remove(tx, 'outbound_config_deleted', await outboundConfigs.get(tx, id))
