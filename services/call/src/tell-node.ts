import type { Call } from '@voipbin/contracts/call-entities'
import type { Tx } from '@voipbin/sql'
import type { SwitchCommand } from './call-action.ts'
import { tellNode as tellNodeJob } from './work.ts'

/** After the commit, and until the node has it or is lost. */
export function tellNode(tx: Tx, call: Call, { method, input }: SwitchCommand): void {
  tx.schedule(tellNodeJob, tx.newId(), tx.now, { call_id: call.id, method, input })
}
