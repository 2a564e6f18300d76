import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { changedConfig, closedConfig } from '../outbound-config.ts'
import { outboundConfigs } from '../store/outbound-configs.ts'

/** Made where there is none yet. */
export const updateOwnOutboundConfig: Answer<CallContract, 'updateOwnOutboundConfig'> = async (tx, { customer_id, ...changes }) => {
  const own = await outboundConfigs.first(tx, { customer_id })
  if (own) return outboundConfigs.update(tx, 'outbound_config_updated', own, changedConfig(own, changes))
  return outboundConfigs.insert(tx, 'outbound_config_created', { customer_id, ...changedConfig(closedConfig, changes) })
}
