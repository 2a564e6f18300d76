import type { Tx } from '@voipbin/sql'
import type { SwitchCommand } from './call-action.ts'
import type { At } from './nodes.ts'
import { tellNode as tellNodeJob } from './work.ts'

/** After the commit, and until the node has it or is lost. */
export function tellNode(tx: Tx, { node_id, epoch }: At, { method, input }: SwitchCommand): void {
  if (node_id !== '') tx.schedule(tellNodeJob, tx.newId(), tx.now, { node_id, epoch, method, input })
}
