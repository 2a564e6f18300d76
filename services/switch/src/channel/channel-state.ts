import type { ChannelEnd, channelStates } from '@voipbin/contracts/switch'

export type Phase = (typeof channelStates)[number] | 'ended'

/** What is known of a leg that decides what may happen to it next. Immutable; `step` makes the next one. */
export type ChannelState = {
  readonly direction: 'in' | 'out'
  readonly phase: Phase
  /** In: `call` has taken it. */
  readonly isTaken: boolean
  /** In: the 180 has been sent. Out: one came. */
  readonly hasRung: boolean
  /** Media flows before the answer. */
  readonly hasEarlyMedia: boolean
  /** In: the ACK of our 200 came. Out: always, once answered, because the ACK is ours. */
  readonly isAcknowledged: boolean
  /** Out: the far end has said something, so it can be cancelled. */
  readonly hasProvisional: boolean
  /** While `ending`: what is told when the far end has let go. */
  readonly pendingEnd: ChannelEnd | undefined
}

export const incomingChannel: ChannelState = {
  ...{ direction: 'in', phase: 'offered', isTaken: false, hasRung: false, hasEarlyMedia: false },
  ...{ isAcknowledged: false, hasProvisional: false, pendingEnd: undefined },
}
export const outgoingChannel: ChannelState = { ...incomingChannel, direction: 'out', phase: 'dialing', isTaken: true }

/** Asked of us, by whoever commands the channel. */
export type Command =
  | { readonly kind: 'take' }
  | { readonly kind: 'reject'; readonly cause: number; readonly sipStatus?: number; readonly retryAfterS?: number }
  | { readonly kind: 'ring' }
  | { readonly kind: 'progress' }
  | { readonly kind: 'answer' }
  | { readonly kind: 'hangup'; readonly cause: number; readonly tag: string; readonly sipStatus?: number }

/** Seen of the far end, the network, or ourselves. */
export type Observation =
  /** In: CANCEL, or BYE before the answer. */
  | { readonly kind: 'cancelled'; readonly cause: number | undefined }
  | { readonly kind: 'acknowledged' }
  /** In: no ACK for 64·T1. */
  | { readonly kind: 'unacknowledged' }
  /** Out: 1xx; whether it brought media that can be heard. */
  | { readonly kind: 'provisional'; readonly status: number; readonly hasMedia: boolean }
  | { readonly kind: 'answered' }
  /** Out: a final refusal. `cause` of its Reason header. */
  | { readonly kind: 'refused'; readonly status: number; readonly cause: number | undefined; readonly text: string }
  /** Out: nothing came in time, or nowhere to send to. */
  | { readonly kind: 'unreachable'; readonly status: 408 | 503; readonly text: string }
  /** Out: it may not be dialled. */
  | { readonly kind: 'forbidden'; readonly rule: string; readonly text: string }
  | { readonly kind: 'dialTimeout' }
  | { readonly kind: 'bye'; readonly cause: number | undefined }
  /** The leg cannot go on: of the network (no RTP, dialog unknown there), or of this node (worker lost, stopping). */
  | {
      readonly kind: 'failed'
      readonly by: 'network' | 'node'
      readonly cause: number
      readonly text: string
      readonly sipStatus?: number
      readonly retryAfterS?: number
    }

export type ChannelInput = Command | Observation

/** What is to be done, in this order. */
export type Effect =
  | { readonly do: 'respond'; readonly status: 180 | 183 | 200 }
  | { readonly do: 'refuse'; readonly status: number; readonly cause: number; readonly retryAfterS: number | undefined }
  | { readonly do: 'cancel'; readonly cause: number }
  | { readonly do: 'bye'; readonly cause: number; readonly text: string }
  | { readonly do: 'tellProgress'; readonly status: number }
  | { readonly do: 'tellAnswered' }
  /** The last of all. Not told to whoever rejected the offer itself. */
  | { readonly do: 'end'; readonly end: ChannelEnd; readonly isTold: boolean }

export type Outcome = { readonly result: 'ok' | 'gone' | 'refused'; readonly rule: string }
export const ok: Outcome = { result: 'ok', rule: '' }
export const gone: Outcome = { result: 'gone', rule: '' }
export const refused = (rule: string): Outcome => ({ result: 'refused', rule })

export type Step = { readonly state: ChannelState; readonly effects: readonly Effect[]; readonly outcome: Outcome }

export const stay = (state: ChannelState, outcome = ok): Step => ({ state, effects: [], outcome })
export const endOf = (end: Partial<ChannelEnd> & Pick<ChannelEnd, 'by' | 'cause'>): ChannelEnd => ({
  ...{ sip_status: 0, tag: '', text: '' },
  ...end,
})
/** Ends it now, after these effects. */
export const finish = (state: ChannelState, end: ChannelEnd, effects: readonly Effect[] = []): Step => ({
  state: { ...state, phase: 'ended', pendingEnd: undefined },
  effects: [...effects, { do: 'end', end, isTold: true }],
  outcome: ok,
})
/** Ends it when the far end has let go. */
export const beginEnding = (state: ChannelState, pendingEnd: ChannelEnd, effects: readonly Effect[] = []): Step => ({
  state: { ...state, phase: 'ending', pendingEnd },
  effects,
  outcome: ok,
})
