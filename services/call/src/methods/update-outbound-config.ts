import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { changedConfig } from '../outbound-config.ts'
import { outboundConfigs } from '../store/outbound-configs.ts'

export const updateOutboundConfig: Answer<CallContract, 'updateOutboundConfig'> = async (tx, { id, ...changes }) => {
  const config = await outboundConfigs.get(tx, id)
  return outboundConfigs.update(tx, 'outbound_config_updated', config, changedConfig(config, changes))
}
