import { type Contract, entityGetters, methodDeclaration, type ObjectSchema } from '@voipbin/contracts/contract'
import type { RawTarget } from '@voipbin/service-kit'
import type { z } from 'zod'

/** How to fetch an entity by its id, whoever owns it. */
export type Entity = {
  readonly name: string
  readonly target: RawTarget
  readonly schema: z.ZodType
  readonly fields: ReadonlySet<string>
}
export type Entities = ReadonlyMap<string, Entity>

/** Every entity of the platform by name. @throws TypeError where two contracts claim one name, or a getter needs more than an id */
export function collectEntities(contracts: readonly Contract[]): Entities {
  const entities = new Map<string, Entity>()
  for (const contract of contracts) {
    for (const [name, getter] of entityGetters(contract)) {
      const other = entities.get(name)
      if (other) throw new TypeError(`Entity "${name}" is declared by "${other.target.service}" and by "${contract.service}"`)
      entities.set(name, entityOf(contract, name, getter))
    }
  }
  return entities
}

function entityOf(contract: Contract, name: string, getter: string): Entity {
  const { kind, timeout, input, output } = methodDeclaration(contract, getter)
  if (kind !== 'query' || !input.safeParse({ id: SOME_ID }).success) {
    throw new TypeError(`Contract "${contract.service}": "${getter}" fetches entity "${name}", so it must be a query that needs an id only`)
  }
  const fields = new Set(Object.keys((output as ObjectSchema).shape))
  return { name, target: { service: contract.service, method: getter, kind, timeout }, schema: output, fields }
}

const SOME_ID = '00000000-0000-0000-0000-000000000001'
