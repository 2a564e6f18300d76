import type { Call, CallStatus } from '@voipbin/contracts/call-entities'
import { ServiceError } from '@voipbin/contracts/errors'

const early: readonly CallStatus[] = ['dialing', 'ringing', 'progressing']

/**
 * Asks the flow under the name of a wait. Somebody who died may have asked before, when the call had another status: the flow answers what
 * it answered then, where it is asked as then.
 */
export async function asFirstAsked<T>(call: Call, ask: (asked: Call) => Promise<T>): Promise<T> {
  for (const status of [call.status, ...early.filter((each) => each !== call.status)]) {
    try {
      return await ask({ ...call, status })
    } catch (error) {
      if (!(error instanceof ServiceError) || error.reason !== 'IDEMPOTENCY_KEY_REUSED') throw error
    }
  }
  throw new Error(`Cannot ask the flow of call "${call.id}": its wait was asked about something else before`)
}
