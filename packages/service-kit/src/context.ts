import { AsyncLocalStorage } from 'node:async_hooks'
import { type Actor, systemActor } from '@voipbin/contracts/actor'

/** What travels with a piece of work from the edge through every service that takes part in it. */
export type Context = {
  readonly requestId: string
  /** W3C trace parent, or empty. */
  readonly trace: string
  readonly actor: Actor
  /** Milliseconds since the epoch after which nobody waits. */
  readonly deadline: number
  /** Nested operations are named after it. */
  readonly operationId: string
  /** Nested operations so far: the same work run again counts the same way. */
  ordinal: number
}

const storage = new AsyncLocalStorage<Context>()

export const currentContext = (): Context | undefined => storage.getStore()

/**
 * Who stands behind the request, event or job in hand: for rules of an owner that depend on it. In listeners, jobs and
 * operators' commands it is the platform itself.
 * @throws TypeError outside of any work: nobody is not the platform
 */
export function currentActor(): Actor {
  const context = storage.getStore()
  if (!context) throw new TypeError('Nobody stands behind this: it runs outside of any request, event or job')
  return context.actor
}

export const runInContext = <T>(context: Context, work: () => T): T => storage.run(context, work)

/** Work that no request asked for: listeners, jobs, operators. */
export function systemContext(fields: { requestId: string; trace?: string; operationId: string; deadline?: number }): Context {
  return { trace: '', deadline: Number.MAX_SAFE_INTEGER, actor: systemActor, ordinal: 0, ...fields }
}
