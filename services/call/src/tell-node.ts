import type { Tx } from '@voipbin/sql'
import type { SwitchCommand } from './call-action.ts'
import { type At, onLeg } from './leg.ts'
import { tellNode as tellNodeJob } from './work.ts'

/** After the commit, and until the node has it or is lost. */
export function tellNode(tx: Tx, at: At, command: SwitchCommand): void {
  const { node_id, epoch, id: call_id } = at
  const { method, input } = onLeg(at, command)
  if (node_id !== '')
    tx.schedule(tellNodeJob, tx.newId(), tx.now, { node_id, epoch, method, input, ...(method === 'hangup' && call_id && { call_id }) })
}
