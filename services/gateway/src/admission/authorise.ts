import type { Identity } from '@voipbin/contracts/actor'
import type { ApiEntry } from '@voipbin/contracts/api'
import { ServiceError } from '@voipbin/contracts/errors'
import { isPermitted, permissions } from '@voipbin/contracts/permission'
import type { Caller } from '../identity/caller.ts'

export type Authorise = (caller: Caller) => void

/** Compiles who may call an operation. The function throws DIRECT_ACCESS_NOT_SUPPORTED, AGENT_AUTH_REQUIRED or PERMISSION_DENIED. */
export function compileAuthorisation(entry: ApiEntry): Authorise {
  const identities = identitiesOf(entry)
  const isForAgents = identities.size === 1 && identities.has('agent')
  const directTypes = directTypesOf(entry)
  return ({ actor, resourceTypes }) => {
    if (actor.kind === 'direct') {
      // What a direct token may do is its list of resource types; it holds no permission beside that.
      if (!identities.has('direct') || !directTypes.some((type) => resourceTypes.includes(type))) throw directRefused()
      return
    }
    if (!identities.has(actor.kind)) throw isForAgents ? agentRequired() : permissionDenied()
    if (!isPermitted(actor.permission, entry.permission)) throw permissionDenied()
  }
}

export function identitiesOf(entry: ApiEntry): ReadonlySet<Identity | 'system'> {
  const byDefault: readonly Identity[] = ['agent', 'accesskey', 'delegate', ...(entry.direct ? (['direct'] as const) : [])]
  return new Set<Identity | 'system'>(entry.identity ?? byDefault)
}

export const directTypesOf = ({ direct = [] }: ApiEntry): readonly string[] => (typeof direct === 'string' ? [direct] : direct)

export const isSuperAdmin = ({ actor }: Caller): boolean => (actor.permission & permissions.projectSuperAdmin) !== 0

const directRefused = () =>
  new ServiceError('PERMISSION_DENIED', 'DIRECT_ACCESS_NOT_SUPPORTED', 'A direct token does not reach this operation')
const agentRequired = () => new ServiceError('PERMISSION_DENIED', 'AGENT_AUTH_REQUIRED', 'This operation is for agents: sign in as one')
const permissionDenied = () =>
  new ServiceError('PERMISSION_DENIED', 'PERMISSION_DENIED', 'The caller lacks the permission for this operation')
