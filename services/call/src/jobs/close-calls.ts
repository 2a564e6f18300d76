import { closeCall } from '../end-call.ts'
import { endRecordingAndFree } from '../end-recording.ts'
import { calls, liveCallIdsOf } from '../store/calls.ts'
import { openRecordingIdsOf, recordings } from '../store/recordings.ts'
import { closeCalls } from '../work.ts'

const BATCH = 200
/** Network out of order (Q.850). */
const LOST = { cause: 38, sip_status: 0, by: 'node', tag: '', text: 'the node is lost' } as const

/** Ends what a node can no longer tell the end of. */
export const closeCallsHandler = closeCalls.inTx(async (tx, payload) => {
  const node = { id: payload.node_id, epoch: payload.epoch }
  const ids = await liveCallIdsOf(tx, node, payload.is_that_life, BATCH)
  for (const id of ids) await closeCall(tx, await calls.get(tx, id), LOST)
  // Those of calls that were deleted meanwhile.
  const left = ids.length < BATCH ? await openRecordingIdsOf(tx, node, payload.is_that_life, BATCH) : []
  for (const id of left) await endRecordingAndFree(tx, await recordings.get(tx, id), { error: LOST.text })
  if (ids.length === BATCH || left.length === BATCH) tx.schedule(closeCalls, `${payload.node_id} ${payload.epoch}`, tx.now, payload)
})
