import type { CallContract } from '@voipbin/contracts/call'
import { ServiceError } from '@voipbin/contracts/errors'
import type { Answer } from '@voipbin/service-kit'
import { changedConfig, closedConfig } from '../outbound-config.ts'
import { outboundConfigs } from '../store/outbound-configs.ts'

export const createOutboundConfig: Answer<CallContract, 'createOutboundConfig'> = async (tx, { customer_id, ...changes }) => {
  if (await outboundConfigs.first(tx, { customer_id }))
    throw new ServiceError(
      'FAILED_PRECONDITION',
      'OUTBOUND_CONFIG_EXISTS',
      `Cannot create an outbound config: customer "${customer_id}" has one`,
    )
  return outboundConfigs.insert(tx, 'outbound_config_created', { customer_id, ...changedConfig(closedConfig, changes) })
}
