import type { CallContract } from '@voipbin/contracts/call'
import { notFound } from '@voipbin/contracts/errors'
import type { Answer } from '@voipbin/service-kit'
import { outboundConfigs } from '../store/outbound-configs.ts'

export const getOwnOutboundConfig: Answer<CallContract, 'getOwnOutboundConfig'> = async (read, { customer_id }) => {
  const own = await outboundConfigs.first(read, { customer_id })
  if (!own) throw notFound('outbound config of customer', customer_id)
  return own
}
