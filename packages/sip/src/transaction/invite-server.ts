import { defineMachine, end, go, type Machine, type Output, retransmit, startTimer, stopTimer } from './machine.ts'
import { TRYING_AFTER_MS } from './timing.ts'

export type InviteServerState = 'proceeding' | 'completed' | 'confirmed' | 'accepted'

const sendResponse: Output = { do: 'sendResponse' }
const noTrying = stopTimer('sendTrying')

/** INVITE server transaction (RFC 3261 §17.2.1, as RFC 6026 §8.5 amends it). */
export const inviteServer: Machine<InviteServerState> = defineMachine<InviteServerState>('proceeding', {
  proceeding: {
    start: (state) => ({ state, outputs: [startTimer('sendTrying', TRYING_AFTER_MS)] }),
    sendTrying: go('proceeding', { do: 'sendTrying' }),
    request: go('proceeding', noTrying, sendResponse),
    sendProvisional: go('proceeding', noTrying, sendResponse),
    // A 2xx is repeated by its user until the ACK comes (§13.3.1.4); here it only absorbs INVITEs, over TCP too.
    sendSuccess: ({ intervalMs }, { t1Ms }) => ({
      state: { name: 'accepted', intervalMs },
      outputs: [noTrying, sendResponse, startTimer('absorbInvites', 64 * t1Ms)],
    }),
    sendFailure: (_state, { t1Ms, isReliable }) => ({
      state: { name: 'completed', intervalMs: t1Ms },
      outputs: [
        noTrying,
        sendResponse,
        ...(isReliable ? [] : [startTimer('retransmitResponse', t1Ms)]),
        startTimer('ackTimeout', 64 * t1Ms),
      ],
    }),
    transportError: go('proceeding', { do: 'transportFailed' }),
  },
  completed: {
    request: go('completed', sendResponse),
    retransmitResponse: retransmit(sendResponse, 'retransmitResponse', ({ t2Ms }) => t2Ms),
    ack: ({ intervalMs }, { t4Ms, isReliable }) => ({
      state: { name: isReliable ? 'terminated' : 'confirmed', intervalMs },
      outputs: [stopTimer('retransmitResponse'), stopTimer('ackTimeout'), ...(isReliable ? [] : [startTimer('absorbAcks', t4Ms)])],
    }),
    ackTimeout: end({ do: 'timedOut' }),
    transportError: go('completed', { do: 'transportFailed' }),
  },
  confirmed: { absorbAcks: end() },
  accepted: {
    ack: go('accepted', { do: 'deliver' }),
    sendSuccess: go('accepted', sendResponse),
    absorbInvites: end(),
    transportError: go('accepted', { do: 'transportFailed' }),
  },
})
