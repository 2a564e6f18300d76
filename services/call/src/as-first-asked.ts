import type { Call, CallStatus } from '@voipbin/contracts/call-entities'
import { ServiceError } from '@voipbin/contracts/errors'

const early: readonly CallStatus[] = ['dialing', 'ringing', 'progressing']

/**
 * Asks the flow under the name of a wait. Somebody who died may have asked before, when the call had another status or recording: the flow
 * answers what it answered then, where it is asked as then.
 * @param calls as it is, and what else it may have been
 * @throws FLOW_ASKED_OTHERWISE
 */
export async function asFirstAsked<T>(calls: readonly [Call, ...Call[]], ask: (asked: Call) => Promise<T>): Promise<T> {
  const [{ id, status: now }] = calls
  for (const status of [now, ...early.filter((each) => each !== now)]) {
    for (const call of calls) {
      try {
        return await ask({ ...call, status })
      } catch (error) {
        if (!(error instanceof ServiceError) || error.reason !== 'IDEMPOTENCY_KEY_REUSED') throw error
      }
    }
  }
  const text = `Cannot ask the flow of call "${id}": its wait was asked about something else before`
  throw new ServiceError('FAILED_PRECONDITION', 'FLOW_ASKED_OTHERWISE', text)
}
