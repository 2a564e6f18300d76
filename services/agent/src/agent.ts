import { randomBytes } from 'node:crypto'
import type { Actor } from '@voipbin/contracts/actor'
import { type Agent, GUEST_AGENT_ID } from '@voipbin/contracts/agent'
import { ServiceError } from '@voipbin/contracts/errors'
import { NIL_ID } from '@voipbin/contracts/fields'
import { permissions } from '@voipbin/contracts/permission'
import { newDirectHash } from '@voipbin/service-kit'
import type { NewRow } from '@voipbin/sql'

type Chosen = Partial<NewRow<Agent>> & Pick<Agent, 'customer_id' | 'username' | 'permission'>

/** Everything that a new agent has beside what was chosen for it. */
export function newAgent(chosen: Chosen): NewRow<Agent> {
  const profile = { name: '', detail: '', ring_method: 'ringall' as const, status: 'offline' as const, tag_ids: [], addresses: [] }
  return { ...profile, tm_password: null, password_hash: '', direct_hash: newDirectHash(), ...chosen }
}

/** 120 bits, in characters that survive being read out. */
export const newPassword = (): string => randomBytes(15).toString('base64url')

/**
 * How much an account is worth to who takes it over: 3 all tenants, 2 everything of one tenant with its keys and bills,
 * 1 the rest. Nobody grants, takes away or takes over more than their own rank.
 */
type Rank = 1 | 2 | 3

export function rankOf(permission: number): Rank {
  if ((permission & permissions.projectAll) !== 0) return 3
  return (permission & permissions.customerAdmin) !== 0 ? 2 : 1
}

/** A project bit other than superadmin is no reason to be trusted with all of them. */
function rankOfActor({ kind, permission }: Actor): Rank {
  if (kind === 'system' || (permission & permissions.projectSuperAdmin) !== 0) return 3
  return (permission & permissions.customerAdmin) !== 0 ? 2 : 1
}

/** @throws PERMISSION_DENIED for a permission that is worth more than the actor's own */
export function refuseAbove(actor: Actor, permission: number): void {
  if (rankOfActor(actor) >= rankOf(permission)) return
  const needed = rankOf(permission) === 3 ? 'a superadmin of the project' : 'an admin of the customer'
  throw new ServiceError('PERMISSION_DENIED', 'PERMISSION_DENIED', `Only ${needed} may do this to an agent with permission ${permission}`)
}

export const isSelf = (actor: Actor, agent: Agent): boolean => actor.kind === 'agent' && actor.id === agent.id

/** @throws PERMISSION_DENIED for the account that everybody may use */
export function refuseGuest({ id }: Agent): void {
  if (id !== GUEST_AGENT_ID) return
  throw new ServiceError('PERMISSION_DENIED', 'GUEST_PROTECTED', 'Cannot change the guest agent: everybody uses it')
}

/** @throws INVALID_ARGUMENT: an agent rings because a call reaches it, not because somebody says so */
export function refuseRinging(actor: Actor, status: Agent['status']): void {
  if (status !== 'ringing' || actor.kind === 'system') return
  throw new ServiceError('INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'Cannot set status "ringing": only a call does', {
    details: [{ field: 'status', rule: 'must be one of "available", "away", "busy", "offline"' }],
  })
}

/** Bits of which any is enough to manage a customer. */
export const adminBits = permissions.customerAdmin | permissions.projectSuperAdmin

/** Each once, without those that mean nothing. */
export const cleanIds = (ids: readonly string[]): string[] => [...new Set(ids)].filter((id) => id !== '' && id !== NIL_ID)

export const invalidCredentials = () =>
  new ServiceError('UNAUTHENTICATED', 'INVALID_CREDENTIALS', 'Cannot sign in: wrong username or password')
export const invalidToken = () => new ServiceError('INVALID_ARGUMENT', 'INVALID_TOKEN', 'The link is unknown, too old, or was used already')
export const usernameTaken = (username: string) =>
  new ServiceError('ALREADY_EXISTS', 'USERNAME_TAKEN', `Cannot use the username "${username}": another agent has it`)
export const addressTaken = (type: string, target: string) =>
  new ServiceError('ALREADY_EXISTS', 'ADDRESS_TAKEN', `Cannot use the address "${type}:${target}": another agent has it`)
export const lastAdmin = (of: string) =>
  new ServiceError('FAILED_PRECONDITION', 'LAST_ADMIN', `Cannot do this to the last admin of ${of}: nobody could manage it any more`)
