import { callContract } from '@voipbin/contracts/call'
import { confbridge } from '@voipbin/contracts/call-entities'
import { entityTable } from '@voipbin/sql'

export const confbridges = entityTable(callContract, 'call_confbridges', confbridge)
