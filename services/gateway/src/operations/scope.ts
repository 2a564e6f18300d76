import type { ApiEntry } from '@voipbin/contracts/api'
import type { Caller } from '../identity/caller.ts'

/** A field that the caller's identity decides and no client can choose. */
export type Injection = { readonly field: string; readonly of: (caller: Caller) => string }

const tenant: Injection = { field: 'customer_id', of: ({ actor }) => actor.customer_id }
const owner: Injection = { field: 'owner_id', of: ({ actor }) => actor.id }
const self: Injection = { field: 'id', of: ({ actor }) => actor.id }

/**
 * customer: the caller's `customer_id`, where the input has one. agent: `owner_id` as well. self: `id` as well.
 * project: nothing, so that `customer_id` is a filter like others.
 * @throws TypeError where the scope cannot keep tenants apart
 */
export function injectionsOf(
  entry: ApiEntry,
  shape: Readonly<Record<string, unknown>>,
  parameters: readonly string[],
): readonly Injection[] {
  const scope = entry.scope ?? 'customer'
  if (scope === 'project') return []
  const wanted = [tenant, ...(scope === 'agent' ? [owner] : []), ...(scope === 'self' ? [self] : [])]
  const injections = wanted.filter(({ field }) => field in shape)
  const clash = injections.find(({ field }) => parameters.includes(field))
  if (clash) throw new TypeError(`scope "${scope}" decides "${clash.field}", so it cannot be a path parameter`)
  if (injections.length > 0 && entry.identity?.includes('none')) {
    throw new TypeError(`scope "${scope}" needs a caller, but identity "none" lets in somebody who is nobody`)
  }
  return injections
}
