import { type ApiEntry, parseApiKey } from '@voipbin/contracts/api'
import { type Contract, methodDeclaration } from '@voipbin/contracts/contract'
import { compileProjection } from '@voipbin/contracts/project'
import { compileAdmission } from '../admission/admit.ts'
import { compileBinding } from './bind-input.ts'
import { collectEntities, type Entities } from './entities.ts'
import type { Operation } from './operation.ts'
import { compileOwned } from './ownership.ts'
import { compileReferences } from './references.ts'
import { injectionsOf } from './scope.ts'

/** Every public operation of every contract. @throws TypeError naming contract and entry where one cannot be served safely */
export function compileOperations(contracts: readonly Contract[]): readonly Operation[] {
  const entities = collectEntities(contracts)
  const operations = new Map<string, Operation>()
  for (const contract of contracts) {
    for (const [key, entry] of Object.entries(contract.api)) {
      const operation = compileNamed(contract, key, entry, entities)
      const other = operations.get(operation.name)
      if (other) throw new TypeError(`"${key}" is declared by "${other.service}" and by "${contract.service}"`)
      operations.set(operation.name, operation)
    }
  }
  return [...operations.values()]
}

function compileNamed(contract: Contract, key: string, entry: ApiEntry, entities: Entities): Operation {
  try {
    return compileOperation(contract, key, entry, entities)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new TypeError(`Contract "${contract.service}", "${key}": ${error.message}`, { cause: error })
  }
}

function compileOperation(contract: Contract, key: string, entry: ApiEntry, entities: Entities): Operation {
  const { verb, url, parameters } = parseApiKey(key)
  const method = methodDeclaration(contract, entry.method)
  const { input, output, kind, timeout } = method
  const name = `${verb} ${url}`
  const admission = compileAdmission(entry, url)
  const owned = compileOwned(entry, entities)
  const target = { service: contract.service, method: entry.method, kind, timeout }
  return {
    ...{ name, verb, url, entry, service: contract.service, method, target, admission, owned },
    bind: compileBinding({ name, entry, parameters, input, readsCredential: admission.readsCredential }),
    references: compileReferences(input, entities),
    injectsTenant: injectionsOf(entry, input.shape, parameters).some(({ field }) => field === 'customer_id'),
    answersWithOwned: verb === 'GET' && answersWithOwned(contract, entry, Object.keys(input.shape), owned),
    mayBeRepeatedWhenGone: verb === 'DELETE' && kind === 'mutation',
    // A secret that crossed the bus was revealed on purpose.
    project: compileProjection(output, ['internal']),
  }
}

function answersWithOwned(contract: Contract, entry: ApiEntry, fields: readonly string[], owned: Operation['owned']): boolean {
  const [only, ...others] = owned
  if (!only || others.length > 0 || fields.length !== 1 || fields[0] !== only.parameter) return false
  return only.parameter === 'id' && only.entity.target.service === contract.service && only.entity.target.method === entry.method
}
