import { absorb, defineMachine, end, go, type Machine, type Output } from './machine.ts'

export type NonInviteServerState = 'trying' | 'proceeding' | 'completed'

const sendResponse: Output = { do: 'sendResponse' }

const complete = absorb('completed', 'absorbRequests', ({ t1Ms }) => 64 * t1Ms)(sendResponse)
const failed = end({ do: 'transportFailed' })

/** Non-INVITE server transaction (RFC 3261 §17.2.2). */
export const nonInviteServer: Machine<NonInviteServerState> = defineMachine<NonInviteServerState>('trying', {
  trying: {
    sendProvisional: go('proceeding', sendResponse),
    sendSuccess: complete,
    sendFailure: complete,
  },
  proceeding: {
    request: go('proceeding', sendResponse),
    sendProvisional: go('proceeding', sendResponse),
    sendSuccess: complete,
    sendFailure: complete,
    transportError: failed,
  },
  completed: {
    request: go('completed', sendResponse),
    absorbRequests: end(),
    transportError: failed,
  },
})
