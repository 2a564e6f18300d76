import type { ApiEntry, ChildOf } from '@voipbin/contracts/api'
import { notFound, unlessGone } from '@voipbin/contracts/errors'
import type { RawCall } from '@voipbin/service-kit'
import { isSuperAdmin } from '../admission/authorise.ts'
import type { Caller } from '../identity/caller.ts'
import type { Entities, Entity } from './entities.ts'
import type { Input } from './input.ts'

/** One path parameter that must name something of the caller's. */
export type Owned = {
  readonly parameter: string
  readonly entity: Entity
  /** The field of it that must repeat another path parameter. */
  readonly parent?: { readonly parameter: string; readonly field: string }
  /** Scope "agent": it must be the agent's own, too. */
  readonly isAgentsOwn: boolean
}
export type Found = Readonly<Record<string, unknown>>

/** @throws TypeError naming what no contract provides */
export function compileOwned(entry: ApiEntry, entities: Entities): readonly Owned[] {
  return Object.entries(entry.owned ?? {}).map(([parameter, owner]) => {
    const child = typeof owner === 'string' ? undefined : owner
    const entity = find(entities, typeof owner === 'string' ? owner : (owner.entity ?? withoutId(parameter)))
    if (!child) return { parameter, entity, ...agentsOwn(entry, entity) }
    return { parameter, entity, parent: parentOf(child, entry, entity), isAgentsOwn: false }
  })
}

function find(entities: Entities, name: string): Entity {
  const entity = entities.get(name)
  if (!entity) throw new TypeError(`owned names the entity "${name}", which no contract provides`)
  return entity
}

function agentsOwn(entry: ApiEntry, entity: Entity): { isAgentsOwn: boolean } {
  if (entry.scope === 'agent' && !entity.fields.has('owner_id')) {
    throw new TypeError(`scope "agent" needs owner_id in "${entity.name}": nothing would keep agents apart`)
  }
  return { isAgentsOwn: entry.scope === 'agent' }
}

function parentOf({ childOf, field }: ChildOf, entry: ApiEntry, entity: Entity) {
  const owner = entry.owned?.[childOf]
  const parentField = field ?? `${typeof owner === 'string' ? owner : withoutId(childOf)}_id`
  if (!entity.fields.has(parentField)) throw new TypeError(`"${entity.name}" has no field "${parentField}" that names its parent`)
  return { parameter: childOf, field: parentField }
}

const withoutId = (parameter: string) => parameter.replace(/_id$/, '')

/**
 * Fetches what a path parameter names and compares its tenant with the caller's. Somebody else's, a deleted one and one that never was
 * are the same to a client.
 * @param toleratesAbsence undefined is returned for what is not there at all; somebody else's is refused all the same
 * @throws RESOURCE_NOT_FOUND
 */
export async function fetchOwned(parts: OwnedParts, owned: Owned): Promise<Found | undefined> {
  const { call, input, caller } = parts
  const id = String(input[owned.parameter])
  const found = await fetchEntity(call, owned.entity, id)
  if (!found && parts.toleratesAbsence) return undefined
  const isChild = !owned.parent || found?.[owned.parent.field] === input[owned.parent.parameter]
  if (!found || !isChild || !belongsTo(found, caller, owned.isAgentsOwn)) throw notFound(owned.entity.name, id)
  return found
}
export type OwnedParts = { readonly call: RawCall; readonly input: Input; readonly caller: Caller; readonly toleratesAbsence: boolean }

/** @returns undefined where there is none, or only a deleted one */
export async function fetchEntity(call: RawCall, entity: Entity, id: string): Promise<Found | undefined> {
  const found = (await unlessGone(call(entity.target, { id }))) as Found | undefined
  return (found?.['tm_delete'] ?? null) === null ? found : undefined
}

export function belongsTo(found: Found, caller: Caller, isAgentsOwn = false): boolean {
  if (isSuperAdmin(caller)) return true
  return found['customer_id'] === caller.actor.customer_id && (!isAgentsOwn || found['owner_id'] === caller.actor.id)
}
