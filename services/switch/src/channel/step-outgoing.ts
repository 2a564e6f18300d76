import type { ChannelEnd } from '@voipbin/contracts/switch'
import { causeOfStatus, NO_ANSWER, OUTGOING_CALLS_BARRED } from './causes.ts'
import type { ChannelInput, ChannelState, Effect, Step } from './channel-state.ts'
import { beginEnding, endOf, finish, ok, refused, stay } from './channel-state.ts'

/** A leg that we dial, before it is answered. */
export function stepOutgoing(state: ChannelState, input: ChannelInput): Step {
  switch (input.kind) {
    case 'ring':
    case 'progress':
    case 'answer':
      return stay(state, refused('CHANNEL_IS_OUTGOING'))
    case 'provisional':
      return provisional(state, input)
    case 'answered': {
      const next = { ...state, phase: 'answered', isAcknowledged: true } as const
      return { state: next, effects: [{ do: 'tellAnswered' }], outcome: ok }
    }
    case 'refused': {
      const cause = input.cause ?? causeOfStatus(input.status)
      return finish(state, endOf({ by: 'remote', cause, sip_status: input.status, text: input.text }))
    }
    case 'unreachable':
      return finish(state, endOf({ by: 'network', cause: causeOfStatus(input.status), sip_status: input.status, text: input.text }))
    case 'forbidden':
      return finish(state, endOf({ by: 'node', cause: OUTGOING_CALLS_BARRED, rule: input.rule, text: input.text }))
    case 'hangup':
      return cancel(state, endOf({ by: 'local', cause: input.cause, tag: input.tag }))
    case 'dialTimeout':
      return cancel(state, endOf({ by: 'network', cause: NO_ANSWER, text: 'no answer in time' }))
    case 'failed':
      return cancel(state, endOf({ by: input.by, cause: input.cause, text: input.text, sip_status: input.sipStatus ?? 0 }))
    default:
      return stay(state)
  }
}

/** A 100 says nothing but that somebody is there. Of others, what is new is told: ringing, media, another status. */
function provisional(state: ChannelState, { status, hasMedia }: Extract<ChannelInput, { kind: 'provisional' }>): Step {
  if (status === 100) return stay({ ...state, hasProvisional: true })
  const hasRung = state.hasRung || status === 180
  const hasEarlyMedia = state.hasEarlyMedia || hasMedia
  const phase = hasEarlyMedia ? 'early' : hasRung ? 'ringing' : state.phase
  const isNews = hasRung !== state.hasRung || hasEarlyMedia !== state.hasEarlyMedia
  const effects: readonly Effect[] = isNews ? [{ do: 'tellProgress', status }] : []
  return { state: { ...state, hasProvisional: true, hasRung, hasEarlyMedia, phase }, effects, outcome: ok }
}

/**
 * Where nobody has said anything, nothing rings: the channel ends at once, and its INVITE is cancelled as soon as it can be. Otherwise it
 * ends with the 487, or with an answer that crosses the CANCEL.
 */
function cancel(state: ChannelState, end: ChannelEnd): Step {
  const effect: Effect = { do: 'cancel', cause: end.cause }
  return state.hasProvisional ? beginEnding(state, end, [effect]) : finish(state, end, [effect])
}
