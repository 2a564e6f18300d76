import { NORMAL_CLEARING, statusOf } from './causes.ts'
import type { ChannelInput, ChannelState, Effect, Step } from './channel-state.ts'
import { endOf, finish, gone, ok, refused, stay } from './channel-state.ts'

/** A caller's leg before it is answered. */
export function stepIncoming(state: ChannelState, input: ChannelInput): Step {
  switch (input.kind) {
    case 'take':
      return stay({ ...state, isTaken: true })
    case 'reject':
      return reject(state, input)
    case 'ring':
    case 'progress':
    case 'answer':
      return state.isTaken ? respond(state, input.kind) : stay(state, refused('CHANNEL_NOT_TAKEN'))
    case 'hangup': {
      const status = input.sipStatus ?? statusOf(input.cause)
      const end = endOf({ by: 'local', cause: input.cause, tag: input.tag, sip_status: status })
      return finish(state, end, [refuse(status, input.cause)])
    }
    case 'cancelled':
    case 'bye': // of an early dialog (RFC 3261 §15.1.2)
      return finish(state, endOf({ by: 'remote', cause: input.cause ?? NORMAL_CLEARING }), [refuse(487, 0)])
    case 'failed': {
      const status = input.sipStatus ?? statusOf(input.cause)
      const end = endOf({ by: input.by, cause: input.cause, text: input.text, sip_status: status })
      return finish(state, end, [refuse(status, input.cause, input.retryAfterS)])
    }
    default:
      return stay(state)
  }
}

const refuse = (status: number, cause: number, retryAfterS?: number): Effect => ({ do: 'refuse', status, cause, retryAfterS })

/** Whoever rejects the offer knows, and is not told. After a CANCEL in the meantime the channel is `ended`, and this is not reached. */
function reject(state: ChannelState, { cause, sipStatus, retryAfterS }: Extract<ChannelInput, { kind: 'reject' }>): Step {
  if (state.isTaken) return stay(state, gone)
  const status = sipStatus ?? statusOf(cause)
  const end = endOf({ by: 'local', cause, sip_status: status })
  return {
    state: { ...state, phase: 'ended' },
    effects: [refuse(status, cause, retryAfterS), { do: 'end', end, isTold: false }],
    outcome: ok,
  }
}

function respond(state: ChannelState, wish: 'ring' | 'progress' | 'answer'): Step {
  if (wish === 'answer') {
    return { state: { ...state, phase: 'answered' }, effects: [{ do: 'respond', status: 200 }, { do: 'tellAnswered' }], outcome: ok }
  }
  if (wish === 'progress') {
    if (state.hasEarlyMedia) return stay(state)
    const next = { ...state, phase: 'early', hasEarlyMedia: true } as const
    return { state: next, effects: [{ do: 'respond', status: 183 }], outcome: ok }
  }
  if (state.hasRung) return stay(state)
  // A 180 after a 183 keeps the early media: the caller goes on hearing it.
  const next = { ...state, phase: state.hasEarlyMedia ? 'early' : 'ringing', hasRung: true } as const
  return { state: next, effects: [{ do: 'respond', status: 180 }], outcome: ok }
}
