import type { Call } from '@voipbin/contracts/call-entities'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Tx } from '@voipbin/sql'
import { closeCall } from '../end-call.ts'
import { channelOf } from '../leg.ts'
import { calls } from '../store/calls.ts'
import { closeGone } from '../work.ts'

/** The end of a channel is told of when it comes, so what is told of later than this never will be. */
const TOLD_WITHIN_MS = 10_000
/** Temporary failure (Q.850). */
const GONE = { cause: 41, sip_status: 0, by: 'node', tag: '', text: 'the node has no such channel' } as const

/**
 * A node answered `gone`: the end of the channel is on its way, or was told of before the call was there to hear it, as where its offer was
 * answered too late.
 */
export function closeUnlessTold(tx: Tx, call: Call): void {
  tx.schedule(closeGone, call.id, addMilliseconds(tx.now, TOLD_WITHIN_MS), { call_id: call.id, channel_id: channelOf(call) })
}

export const closeGoneHandler = closeGone.inTx(async (tx, { call_id, channel_id }) => {
  const call = await calls.find(tx, call_id)
  if (call && channelOf(call) === channel_id) await closeCall(tx, call, GONE)
})
