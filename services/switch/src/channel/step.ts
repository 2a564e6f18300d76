import { NO_USER_RESPONSE, NORMAL_CLEARING } from './causes.ts'
import type { ChannelInput, ChannelState, Step } from './channel-state.ts'
import { beginEnding, endOf, finish, gone, stay } from './channel-state.ts'
import { stepIncoming } from './step-incoming.ts'
import { stepOutgoing } from './step-outgoing.ts'

/**
 * What an input makes of a channel. Every race is decided here, by which input comes first: the one that comes too late finds the channel
 * `ending` or `ended`, and its command gets `gone`.
 */
export function step(state: ChannelState, input: ChannelInput): Step {
  if (state.phase === 'ended') return stay(state, gone)
  if (state.phase === 'ending') return stepEnding(state, input)
  if (state.phase === 'answered') return stepAnswered(state, input)
  return state.direction === 'in' ? stepIncoming(state, input) : stepOutgoing(state, input)
}

function stepAnswered(state: ChannelState, input: ChannelInput): Step {
  switch (input.kind) {
    case 'hangup': {
      const end = endOf({ by: 'local', cause: input.cause, tag: input.tag })
      // A callee sends no BYE before the ACK (RFC 3261 §15): the caller may not know of the dialog yet.
      if (!state.isAcknowledged) return beginEnding(state, end)
      return finish(state, end, [{ do: 'bye', cause: input.cause, text: '' }])
    }
    case 'acknowledged':
      return stay({ ...state, isAcknowledged: true })
    case 'unacknowledged': {
      const end = endOf({ by: 'network', cause: NO_USER_RESPONSE, text: 'no ACK for the answer' })
      return finish(state, end, [{ do: 'bye', cause: NO_USER_RESPONSE, text: 'no ACK' }])
    }
    case 'bye':
      return finish(state, endOf({ by: 'remote', cause: input.cause ?? NORMAL_CLEARING }))
    case 'failed': {
      const end = endOf({ by: input.by, cause: input.cause, text: input.text, sip_status: input.sipStatus ?? 0 })
      return finish(state, end, [{ do: 'bye', cause: input.cause, text: input.text }])
    }
    case 'reject':
      return stay(state, gone)
    default:
      // A second answer, ring or progress does nothing; a CANCEL or 1xx that the answer overtook means nothing.
      return stay(state)
  }
}

function stepEnding(state: ChannelState, input: ChannelInput): Step {
  const end = state.pendingEnd ?? endOf({ by: 'node', cause: NORMAL_CLEARING })
  const bye = { do: 'bye', cause: end.cause, text: end.text } as const
  switch (input.kind) {
    case 'hangup':
      return stay(state)
    case 'acknowledged':
    case 'unacknowledged':
      return finish(state, end, [bye])
    case 'answered': // crossed our CANCEL: it is acknowledged, and ended at once (RFC 3261 §9.1)
      return finish(state, end, [bye])
    case 'bye':
    case 'refused':
    case 'unreachable':
    case 'forbidden':
      return finish(state, end)
    case 'failed':
      // An answered leg of ours still lacks its ACK; nothing is gained by waiting on.
      return finish(state, end, state.direction === 'in' ? [bye] : [])
    case 'cancelled':
    case 'provisional':
    case 'dialTimeout':
      return stay(state)
    default:
      return stay(state, gone)
  }
}
