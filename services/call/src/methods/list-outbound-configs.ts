import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { outboundConfigs } from '../store/outbound-configs.ts'

export const listOutboundConfigs: Answer<CallContract, 'listOutboundConfigs'> = (read, { customer_id, ...page }) =>
  outboundConfigs.list(read, customer_id === undefined ? page : { ...page, customer_id })
