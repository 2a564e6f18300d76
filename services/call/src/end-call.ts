import { callContract } from '@voipbin/contracts/call'
import type { Call } from '@voipbin/contracts/call-entities'
import { NIL_ID } from '@voipbin/contracts/fields'
import { flowContract } from '@voipbin/contracts/flow'
import type { ChannelEnd } from '@voipbin/contracts/switch'
import type { Tx } from '@voipbin/sql'
import { become, hangupByOf, hangupReasonOf, isOver } from './call.ts'
import { endRecording } from './end-recording.ts'
import { calls } from './store/calls.ts'
import { recordings } from './store/recordings.ts'
import { advance, endCall, endWait } from './work.ts'

/** The channel of a call is gone, and so is the call: its flow ends, and the calls chained to it. */
export async function closeCall(tx: Tx, call: Call, end: ChannelEnd): Promise<Call> {
  const changes = become(call, 'hangup', tx.now)
  if (!changes || isOver(call)) return call
  for (const timer of [advance, endWait, endCall]) tx.unschedule(timer, call.id)
  if (call.execution_id !== NIL_ID) tx.request(flowContract, 'endActiveflow', { id: call.activeflow_id, reason: 'hangup' })
  // It is being begun, or was and nobody heard of it: the job finds out.
  else if (call.is_wait_over) tx.schedule(advance, call.id, tx.now, { call_id: call.id })
  for (const id of call.chained_call_ids) tx.request(callContract, 'hangupCall', { id })
  const recording = call.recording_id === NIL_ID ? undefined : await recordings.find(tx, call.recording_id)
  // Its end comes before that of its channel: here is what never began, and what the node took with it.
  if (recording) await endRecording(tx, recording, { error: end.by === 'node' && end.text ? end.text : 'the call ended before it began' })
  const ended = {
    recording_id: NIL_ID,
    hangup_reason: hangupReasonOf(call, end),
    hangup_by: hangupByOf(call, end),
    is_wait_over: false,
    pending_actions: [],
    action: null,
  }
  return calls.update(tx, 'call_hangup', call, { ...changes, ...ended })
}
