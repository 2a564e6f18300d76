import type { Call } from '@voipbin/contracts/call-entities'
import type { ChannelEnd } from '@voipbin/contracts/switch'
import { addMilliseconds } from '@voipbin/contracts/time'
import type { Tx } from '@voipbin/sql'
import { closeCall } from './end-call.ts'
import { channelOf, channelOfTry } from './leg.ts'
import { hasNextWay, triesNextWay } from './next-way.ts'
import { calls } from './store/calls.ts'
import { dial, giveUpWay } from './work.ts'

export type DialTimes = {
  /** For all ways together. */
  readonly dialTimeoutMs: number
  /** For a way that nothing is heard from, where there is another. */
  readonly wayTimeoutMs: number
}

/** The leg of a call is gone: the next way is tried where its failure was the way's; else the call is over, for this reason. */
export function endLeg(tx: Tx, call: Call, end: ChannelEnd, times: DialTimes): Promise<Call> {
  if (triesNextWay(call, end, { now: tx.now, ...times })) return tryNextWay(tx, call, times)
  return closeCall(tx, call, end, end.rule)
}

async function tryNextWay(tx: Tx, call: Call, times: DialTimes): Promise<Call> {
  const dialroute_index = call.dialroute_index + 1
  const changes = { dialroute_index, channel_id: channelOfTry(call, dialroute_index) }
  tx.schedule(dial, call.id, tx.now, { call_id: call.id })
  const next = await calls.update(tx, call.status === 'dialing' ? 'call_dialing' : 'call_updated', call, changes)
  limitSilence(tx, next, times)
  return next
}

/** A carrier that neither rings nor refuses would keep the call from all others. */
export function limitSilence(tx: Tx, call: Call, { wayTimeoutMs }: DialTimes): void {
  if (!hasNextWay(call)) return
  tx.schedule(giveUpWay, call.id, addMilliseconds(tx.now, wayTimeoutMs), { call_id: call.id, channel_id: channelOf(call) })
}
