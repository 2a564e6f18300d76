import type { Contract, EventPayload, EventType } from '@voipbin/contracts/contract'
import type { Direct, DirectResourceType } from '@voipbin/contracts/direct'
import { type Listener, newDirectHash, onAny } from '@voipbin/service-kit'
import type { Tx } from '@voipbin/sql'
import { directIdOf, directs, isOver } from '../store/directs.ts'

/** What the directory reads of a resource. */
type Followed = Pick<Direct, 'id' | 'customer_id' | 'tm_delete' | 'version'> & { readonly direct_hash: string }
type Telling<C extends Contract> = { [E in EventType<C>]: EventPayload<C, E> extends Followed ? E : never }[EventType<C>]

/**
 * Keeps the entries of one kind of resource as its events say: made, renewed and removed with the resource. They are one stream, so
 * that what is removed is removed last.
 */
export function follow<C extends Contract>(contract: C, resourceType: DirectResourceType, types: readonly Telling<C>[]): Listener {
  const topics = types.map((type) => ({ publisher: contract.service, type }))
  return onAny(topics, `${contract.service}:follow_${resourceType}`, (tx, { data }) => apply(tx, resourceType, data as Followed))
}

async function apply(tx: Tx, resource_type: DirectResourceType, resource: Followed): Promise<void> {
  const { id: resource_id, customer_id, direct_hash, version: resource_version } = resource
  const id = directIdOf(resource_type, resource_id)
  const held = await directs.find(tx, id)
  if (held && resource_version <= held.resource_version) return
  if (resource.tm_delete !== null || direct_hash === '') {
    if (held) await directs.remove(tx, 'direct_deleted', held, { resource_version })
    return
  }
  if (held?.hash === direct_hash || held?.refused_hash === direct_hash) return
  const settled = { ...(await settle(tx, direct_hash)), resource_version }
  if (held) await directs.update(tx, 'direct_regenerated', held, settled)
  // An event of its life that was parked for long may come after its end.
  else if (!(await isOver(tx, id))) await directs.insert(tx, 'direct_created', { id, customer_id, resource_type, resource_id, ...settled })
}

/** Of 48 random bits two may be the same one day: who comes second gets another, and is told by the event. */
async function settle(tx: Tx, wanted: string): Promise<Pick<Direct, 'hash' | 'refused_hash'>> {
  const isTaken = (await directs.first(tx, { hash: wanted })) !== undefined
  return isTaken ? { hash: newDirectHash(), refused_hash: wanted } : { hash: wanted, refused_hash: '' }
}
