import { closeCall } from '../end-call.ts'
import { calls, liveCallIdsOf } from '../store/calls.ts'
import { closeCalls } from '../work.ts'

const BATCH = 200
/** Network out of order (Q.850). */
const LOST = { cause: 38, sip_status: 0, by: 'node', tag: '', text: 'the node is lost' } as const

/** Ends what a node can no longer tell the end of. */
export const closeCallsHandler = closeCalls.inTx(async (tx, payload) => {
  const ids = await liveCallIdsOf(tx, { id: payload.node_id, epoch: payload.epoch }, payload.is_that_life, BATCH)
  for (const id of ids) await closeCall(tx, await calls.get(tx, id), LOST)
  if (ids.length === BATCH) tx.schedule(closeCalls, `${payload.node_id} ${payload.epoch}`, tx.now, payload)
})
