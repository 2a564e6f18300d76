import { addMilliseconds } from '@voipbin/contracts/time'
import { CHECK_MS, LOST_AFTER_MS } from '../events/on-node.ts'
import { listNodes, removeNode } from '../store/nodes.ts'
import { checkNodes, closeCalls } from '../work.ts'

/** Nodes that have not been heard of for three beats are lost, and their calls with them. */
export const checkNodesHandler = checkNodes.inTx(async (tx) => {
  const nodes = await listNodes(tx)
  const lost = nodes.filter(({ tm_seen }) => addMilliseconds(tm_seen, LOST_AFTER_MS) <= tx.now)
  for (const { id: node_id, epoch } of lost) {
    await removeNode(tx, node_id)
    tx.schedule(closeCalls, `${node_id} ${epoch}`, tx.now, { node_id, epoch, is_that_life: true })
  }
  if (lost.length < nodes.length) tx.schedule(checkNodes, 'all', addMilliseconds(tx.now, CHECK_MS), {})
})
