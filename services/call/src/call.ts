import type { Call, CallStatus, HangupReason } from '@voipbin/contracts/call-entities'
import { ServiceError } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import type { ChannelEnd } from '@voipbin/contracts/switch'

type Changes = Partial<Call>

const mayBecome: Readonly<Record<CallStatus, readonly CallStatus[]>> = {
  dialing: ['ringing', 'progressing', 'terminating', 'canceling', 'hangup'],
  ringing: ['progressing', 'terminating', 'canceling', 'hangup'],
  progressing: ['terminating', 'hangup'],
  terminating: ['hangup'],
  canceling: ['hangup'],
  hangup: [],
}

const stamps: Partial<Readonly<Record<CallStatus, 'tm_ringing' | 'tm_progressing' | 'tm_hangup'>>> = {
  ringing: 'tm_ringing',
  progressing: 'tm_progressing',
  hangup: 'tm_hangup',
}

export const isOver = ({ status }: Pick<Call, 'status'>) => status === 'hangup'
export const isEnding = ({ status }: Pick<Call, 'status'>) => status === 'terminating' || status === 'canceling'
/** It can still be commanded. */
export const isLive = (call: Pick<Call, 'status'>) => !isOver(call) && !isEnding(call)

/** The next status with its time; undefined where it cannot follow, as when news comes late. */
export function become({ status }: Pick<Call, 'status'>, next: CallStatus, now: string): Changes | undefined {
  if (!mayBecome[status].includes(next)) return undefined
  const stamp = stamps[next]
  return { status: next, ...(stamp ? { [stamp]: now } : {}) }
}

/** How a call that we hang up shows until its channel has ended. */
export const endingStatus = ({ direction, status }: Call): CallStatus =>
  direction === 'outgoing' && (status === 'dialing' || status === 'ringing') ? 'canceling' : 'terminating'

/** Own tags on the `hangup` command tell ends that SIP cannot. */
export const TIMEOUT_TAG = 'timeout'
export const AMD_TAG = 'amd'

const causeOfReason: Readonly<Record<HangupReason, number>> = {
  ...{ '': 16, normal: 16, cancel: 16, timeout: 16, amd: 16 },
  ...{ failed: 38, busy: 17, noanswer: 19, dialout: 19 },
}
/** Q.850. */
export const causeOf = (reason: HangupReason): number => causeOfReason[reason]

/** Why a call ended: by its direction, how far it had come, and the cause of its channel. */
export function hangupReasonOf(
  { direction, status }: Pick<Call, 'direction' | 'status'>,
  { cause, tag, by }: Pick<ChannelEnd, 'cause' | 'tag' | 'by'>,
): HangupReason {
  if (tag === AMD_TAG) return 'amd'
  if (tag === TIMEOUT_TAG) return 'timeout'
  // Nobody hung up: its node was lost, or could not carry it on.
  if (by === 'node' && cause !== causeOf('normal') && !isEnding({ status })) return 'failed'
  const isUnanswered = status === 'dialing' || status === 'ringing'
  if (direction === 'incoming') return isUnanswered ? (incomingReasons[cause] ?? 'normal') : 'normal'
  if (status === 'canceling') return 'cancel'
  return isUnanswered ? (outgoingReasons[cause] ?? 'failed') : 'normal'
}

const incomingReasons: Readonly<Record<number, HangupReason>> = { 17: 'busy', 19: 'noanswer' }
const outgoingReasons: Readonly<Record<number, HangupReason>> = {
  ...{ 0: 'dialout', 16: 'normal', 17: 'busy', 19: 'noanswer', 21: 'noanswer', 26: 'normal' },
}

/** Local where we hung up, or gave up waiting for an answer. */
export const hangupByOf = (call: Pick<Call, 'status'>, { by }: Pick<ChannelEnd, 'by'>): Call['hangup_by'] =>
  isEnding(call) || by === 'local' || by === 'node' ? 'local' : 'remote'

/** @throws CALL_NOT_PROGRESSING */
export function refuseUnlessProgressing(call: Call, what: string): void {
  if (call.status !== 'progressing')
    throw new ServiceError('FAILED_PRECONDITION', 'CALL_NOT_PROGRESSING', `Cannot ${what} call "${call.id}": it is ${call.status}`)
}

/** Un-muting one side of `both` leaves the other. */
export function muted(current: Call['mute_direction'], change: Call['mute_direction'], isMuted: boolean): Call['mute_direction'] {
  const sides = new Set(current === 'both' ? ['in', 'out'] : [current].filter(Boolean))
  for (const side of change === 'both' || change === '' ? ['in', 'out'] : [change]) {
    if (isMuted) sides.add(side)
    else sides.delete(side)
  }
  if (sides.size === 2) return 'both'
  return ([...sides][0] ?? '') as Call['mute_direction']
}

type NewCall = Pick<Call, 'id' | 'customer_id' | 'direction' | 'status' | 'source' | 'destination' | 'node_id' | 'epoch'> & Partial<Call>

export function newCall(given: NewCall): Omit<Call, 'tm_create' | 'tm_update' | 'tm_delete' | 'version'> {
  return {
    ...{ owner_type: '', owner_id: NIL_ID, type: 'flow', flow_id: NIL_ID, activeflow_id: NIL_ID, master_call_id: NIL_ID },
    ...{ chained_call_ids: [], groupcall_id: NIL_ID, recording_id: NIL_ID, recording_ids: [], external_media_ids: [], mute_direction: '' },
    ...{
      refused_by: '',
      identity_id: NIL_ID,
      hangup_by: '',
      hangup_reason: '',
      action: null,
      metadata: null,
      tm_ringing: null,
      tm_progressing: null,
      tm_hangup: null,
    },
    ...{
      channel_id: NIL_ID,
      sip_call_id: '',
      confbridge_id: NIL_ID,
      execution_id: NIL_ID,
      is_wait_over: false,
      pending_actions: [],
      is_flow_over: false,
    },
    ...{
      collected: '',
      digits: '',
      has_early_execution: false,
      is_anonymous: false,
      variables: {},
      dialroutes: [],
      dialroute_index: 0,
      via: [],
    },
    ...given,
  }
}
