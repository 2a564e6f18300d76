import { callContract } from '@voipbin/contracts/call'
import { outboundConfig } from '@voipbin/contracts/call-entities'
import { entityTable } from '@voipbin/sql'

export const outboundConfigs = entityTable(callContract, 'call_outbound_configs', outboundConfig)
