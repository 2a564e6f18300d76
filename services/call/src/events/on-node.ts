import type { EventPayload } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { SwitchContract } from '@voipbin/contracts/switch'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Tx } from '@voipbin/sql'
import { findNode, saveNode } from '../store/nodes.ts'
import { checkNodes, closeCalls } from '../work.ts'

type NodeEvent = EventEnvelope<EventPayload<SwitchContract, 'node.up'>>
/** Three beats. */
export const LOST_AFTER_MS = 6000
export const CHECK_MS = 2000

const seen =
  (is_draining: boolean) =>
  async (tx: Tx, { data }: NodeEvent): Promise<void> => {
    const { node_id, epoch, channels, capacity } = data
    const before = await findNode(tx, node_id)
    await saveNode(tx, { id: node_id, epoch, tm_seen: tx.now, free: Math.max(0, capacity - channels), is_draining })
    if (before?.epoch !== epoch) tx.schedule(closeCalls, `${node_id} ${epoch}`, tx.now, { node_id, epoch, is_that_life: false })
    tx.schedule(checkNodes, 'all', addMilliseconds(tx.now, LOST_AFTER_MS + CHECK_MS), {})
  }

/** A node under a new epoch has nothing any more of what it had under the old one. */
export const onNodeUp = seen(false)
export const onNodeDraining = seen(true)
