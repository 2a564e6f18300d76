import { activeflow, flowContract } from '@voipbin/contracts/flow'
import { entityTable } from '@voipbin/sql'

export const activeflows = entityTable(flowContract, 'flow_activeflows', activeflow)
