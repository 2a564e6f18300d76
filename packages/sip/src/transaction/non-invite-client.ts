import { absorb, defineMachine, end, go, type Machine, type Output, retransmit, startTimer, stopTimer } from './machine.ts'

export type NonInviteClientState = 'trying' | 'proceeding' | 'completed'

const sendRequest: Output = { do: 'sendRequest' }
const deliver: Output = { do: 'deliver' }

const complete = absorb('completed', 'absorbResponses', ({ t4Ms }) => t4Ms)(
  stopTimer('retransmitRequest'),
  stopTimer('nonInviteTimeout'),
  deliver,
)
const timedOut = end({ do: 'timedOut' })
const failed = end({ do: 'transportFailed' })

/** Non-INVITE client transaction (RFC 3261 §17.1.2). */
export const nonInviteClient: Machine<NonInviteClientState> = defineMachine<NonInviteClientState>('trying', {
  trying: {
    start: (_state, { t1Ms, isReliable }) => ({
      state: { name: 'trying', intervalMs: t1Ms },
      outputs: [sendRequest, ...(isReliable ? [] : [startTimer('retransmitRequest', t1Ms)]), startTimer('nonInviteTimeout', 64 * t1Ms)],
    }),
    retransmitRequest: retransmit(sendRequest, 'retransmitRequest', ({ t2Ms }) => t2Ms),
    nonInviteTimeout: timedOut,
    transportError: failed,
    provisional: go('proceeding', deliver),
    success: complete,
    failure: complete,
  },
  proceeding: {
    // Once the server has shown that it is there, it is asked every T2 only.
    retransmitRequest: (_state, { t2Ms }) => ({
      state: { name: 'proceeding', intervalMs: t2Ms },
      outputs: [sendRequest, startTimer('retransmitRequest', t2Ms)],
    }),
    nonInviteTimeout: timedOut,
    transportError: failed,
    provisional: go('proceeding', deliver),
    success: complete,
    failure: complete,
  },
  completed: { absorbResponses: end() },
})
