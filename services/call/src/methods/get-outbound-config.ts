import type { CallContract } from '@voipbin/contracts/call'
import type { Answer } from '@voipbin/service-kit'
import { outboundConfigs } from '../store/outbound-configs.ts'

export const getOutboundConfig: Answer<CallContract, 'getOutboundConfig'> = (read, { id }) => outboundConfigs.get(read, id)
