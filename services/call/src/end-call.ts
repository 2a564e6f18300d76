import { callContract } from '@voipbin/contracts/call'
import type { Call } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import { flowContract } from '@voipbin/contracts/flow'
import type { ChannelEnd } from '@voipbin/contracts/switch'
import type { Tx } from '@voipbin/sql'
import { become, hangupByOf, hangupReasonOf, isOver } from './call.ts'
import { endRecording } from './end-recording.ts'
import { childEnded, hangUpGroupcall } from './hang-up-groupcall.ts'
import { leaveRoom } from './room.ts'
import { calls } from './store/calls.ts'
import { chainedGroupcallIds, groupcalls } from './store/groupcalls.ts'
import { recordings } from './store/recordings.ts'
import { advance, closeGone, endCall, endWait, giveUpWay, outOfRoom } from './work.ts'

/** What is above are the platform's own. */
const MAX_Q850 = 127

/** The channel of a call is gone, and so is the call: its flow ends, and the calls chained to it. */
export async function closeCall(tx: Tx, call: Call, end: ChannelEnd, refused_by = ''): Promise<Call> {
  const changes = become(call, 'hangup', tx.now)
  if (!changes || isOver(call)) return call
  for (const timer of [advance, endWait, endCall, outOfRoom, closeGone]) tx.unschedule(timer, call.id)
  if (call.dialroutes.length > 1) tx.unschedule(giveUpWay, call.id)
  if (call.execution_id !== NIL_ID) tx.request(flowContract, 'endActiveflow', { id: call.activeflow_id, reason: 'hangup' })
  // It is being begun, or was and nobody heard of it: the job finds out.
  else if (call.is_wait_over) tx.schedule(advance, call.id, tx.now, { call_id: call.id })
  for (const id of call.chained_call_ids) tx.request(callContract, 'hangupCall', { id })
  const recording = call.recording_id === NIL_ID ? undefined : await recordings.find(tx, call.recording_id)
  // Its end comes before that of its channel: here is what never began, and what the node took with it.
  if (recording) await endRecording(tx, recording, { error: end.by === 'node' && end.text ? end.text : 'the call ended before it began' })
  const ended = await calls.update(tx, 'call_hangup', call, {
    ...changes,
    ...{ hangup_reason: hangupReasonOf(call, end), hangup_by: hangupByOf(call, end) },
    ...{ refused_by, recording_id: NIL_ID, is_wait_over: false, pending_actions: [], action: null },
  })
  await release(tx, ended, end.cause)
  return ended
}

/** What a call takes part in goes on without it, or ends with it. */
export async function release(tx: Tx, { id, groupcall_id, confbridge_id, hangup_reason }: Call, cause = 0): Promise<void> {
  for (const chained of await chainedGroupcallIds(tx, id)) await hangUpGroupcall(tx, chained)
  await leaveRoom(tx, confbridge_id, id)
  const group = groupcall_id === NIL_ID ? undefined : await groupcalls.find(tx, groupcall_id)
  if (group)
    await childEnded(tx, group, {
      call_count: Math.max(0, group.call_count - 1),
      ...(group.hangup_reason === '' && { hangup_reason, hangup_cause: cause <= MAX_Q850 ? cause : 0 }),
    })
}
