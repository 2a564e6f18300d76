import { absorb, defineMachine, end, go, type Machine, type Output, retransmit, startTimer, stopTimer } from './machine.ts'

export type InviteClientState = 'calling' | 'proceeding' | 'completed' | 'accepted'

/** Timer D: at least 32 s over UDP (RFC 3261 §17.1.1.2), however short T1 is. */
const ABSORB_FAILURES_MS = 32_000

const sendRequest: Output = { do: 'sendRequest' }
const deliver: Output = { do: 'deliver' }
const stopCalling = [stopTimer('retransmitRequest'), stopTimer('inviteTimeout')]

const absorbFailures = absorb('completed', 'absorbResponses', () => ABSORB_FAILURES_MS)

/** Stays for 64·T1 also over TCP: other branches of a fork may still answer (RFC 6026 §7.2, Timer M). */
const accept =
  (...outputs: readonly Output[]) =>
  ({ intervalMs }: { intervalMs: number }, { t1Ms }: { t1Ms: number }) => ({
    state: { name: 'accepted' as const, intervalMs },
    outputs: [...outputs, startTimer('absorbSuccesses', 64 * t1Ms)],
  })

/** INVITE client transaction (RFC 3261 §17.1.1, as RFC 6026 §8.4 amends it). */
export const inviteClient: Machine<InviteClientState> = defineMachine<InviteClientState>('calling', {
  calling: {
    start: (_state, { t1Ms, isReliable }) => ({
      state: { name: 'calling', intervalMs: t1Ms },
      outputs: [sendRequest, ...(isReliable ? [] : [startTimer('retransmitRequest', t1Ms)]), startTimer('inviteTimeout', 64 * t1Ms)],
    }),
    retransmitRequest: retransmit(sendRequest, 'retransmitRequest', () => Number.POSITIVE_INFINITY),
    inviteTimeout: end({ do: 'timedOut' }),
    transportError: end({ do: 'transportFailed' }),
    provisional: go('proceeding', ...stopCalling, deliver),
    success: accept(...stopCalling, deliver),
    failure: absorbFailures(...stopCalling, { do: 'sendAck' }, deliver),
  },
  proceeding: {
    provisional: go('proceeding', deliver),
    success: accept(stopTimer('cancelTimeout'), deliver),
    failure: absorbFailures(stopTimer('cancelTimeout'), { do: 'sendAck' }, deliver),
    cancelled: (state, { t1Ms }) => ({ state, outputs: [startTimer('cancelTimeout', 64 * t1Ms)] }),
    cancelTimeout: end({ do: 'timedOut' }),
  },
  completed: {
    failure: go('completed', { do: 'sendAck' }),
    transportError: end({ do: 'transportFailed' }),
    absorbResponses: end(),
  },
  accepted: {
    success: go('accepted', deliver),
    absorbSuccesses: end(),
  },
})
