import { type CallOptions, type Context, type RawCall, runInContext, timeoutMs } from '@voipbin/service-kit'
import { isSuperAdmin } from '../admission/authorise.ts'
import type { Caller } from '../identity/caller.ts'
import type { Input, Sources } from './input.ts'
import type { Operation } from './operation.ts'
import { type Found, fetchOwned } from './ownership.ts'

/** What of a request travels on to the services. */
export type Wish = {
  readonly requestId: string
  readonly trace: string
  readonly caller: Caller
  /** The client's own name for what it wants. */
  readonly idempotencyKey: string | undefined
}
export type RunParts = { readonly call: RawCall; readonly now: () => number; readonly newId: () => string }
/** Does an operation. @returns the method's output as it came */
export type RunOperation = (operation: Operation, wish: Wish, sources: () => Promise<Sources> | Sources) => Promise<unknown>

export function createRunOperation(parts: RunParts): RunOperation {
  return async (operation, wish, sources) => {
    const { caller } = wish
    const input = operation.bind(await sources(), caller)
    const options = callOptions(parts, operation, wish)
    return runInContext(contextOf(parts, operation, wish, options), async () => {
      const found = await check(parts.call, operation, input, wish)
      if (operation.answersWithOwned) return found
      if (found && operation.injectsTenant && isSuperAdmin(caller)) input['customer_id'] = found['customer_id']
      return parts.call(operation.target, input, options)
    })
  }
}

/** The time for an answer runs from when the request is whole: an upload over a slow line has not used it up. */
function contextOf(
  parts: RunParts,
  { target }: Operation,
  { requestId, trace, caller }: Wish,
  { operationId = requestId }: CallOptions,
): Context {
  return { requestId, trace, actor: caller.actor, deadline: parts.now() + timeoutMs[target.timeout], operationId, ordinal: 0 }
}

/** Strangers share no customer, so a key of theirs could meet another's: it is not used. */
function callOptions(parts: RunParts, operation: Operation, { idempotencyKey, caller }: Wish): CallOptions {
  if (operation.target.kind === 'query') return {}
  if (idempotencyKey === undefined || caller.actor.customer_id === '') return { operationId: parts.newId(), repeated: false }
  return { operationId: idempotencyKey, repeated: true }
}

/** Owners and references at the same time; a path that names nobody's resource is told before a field that does. */
async function check(call: RawCall, operation: Operation, input: Input, wish: Wish): Promise<Found | undefined> {
  const { owned, references } = operation
  if (!references) return checkOwned(call, operation, input, wish)
  if (owned.length === 0) return void (await references(call, input, wish.caller))
  const [found, checked] = await Promise.allSettled([checkOwned(call, operation, input, wish), references(call, input, wish.caller)])
  if (found.status === 'rejected') throw found.reason
  if (checked.status === 'rejected') throw checked.reason
  return found.value
}

/**
 * What was deleted is not there when the same DELETE is sent again under its idempotency key. The owner remembers what it answered then,
 * and answers NOT_FOUND itself to a key that it does not know.
 */
async function checkOwned(call: RawCall, operation: Operation, input: Input, wish: Wish): Promise<Found | undefined> {
  const toleratesAbsence = operation.mayBeRepeatedWhenGone && wish.idempotencyKey !== undefined
  const parts = { call, input, caller: wish.caller, toleratesAbsence }
  const [first, ...others] = operation.owned
  if (!first) return undefined
  if (others.length === 0) return fetchOwned(parts, first)
  return (await Promise.all(operation.owned.map((owned) => fetchOwned(parts, owned))))[0]
}
