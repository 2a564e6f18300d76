import { invalidArgument } from '@voipbin/contracts/errors'
import type { Trunk } from '@voipbin/contracts/registrar'

export type TrunkAuth = Pick<Trunk, 'auth_types' | 'username' | 'allowed_ips' | 'ha1_md5'>

/** Each once, in one order: clients compare what they read with what they wrote. */
export const distinct = <T extends string>(values: readonly T[]): T[] => [...new Set(values)].sort()

/**
 * A trunk must be able to do what it says: a password needs a name, an address must be given.
 * @throws INVALID_ARGUMENT
 */
export function refuseUnusable({ auth_types, username, allowed_ips, ha1_md5 }: TrunkAuth): void {
  const refuse = (field: string, rule: string): never => {
    throw invalidArgument(`Cannot save the trunk: "${field}" ${rule}`, [{ field, rule }])
  }
  if (auth_types.includes('basic') && username === '') refuse('username', 'must be given for "basic"')
  if (auth_types.includes('basic') && ha1_md5 === '') refuse('password', 'must be given for "basic"')
  if (auth_types.includes('ip') && allowed_ips.length === 0) refuse('allowed_ips', 'must not be empty for "ip"')
}

/** Where it may be known by its address. */
export const addressesOf = ({ auth_types, allowed_ips }: Pick<Trunk, 'auth_types' | 'allowed_ips'>): readonly string[] =>
  auth_types.includes('ip') ? allowed_ips : []

/** A password is bound to the name that it was set with. @throws INVALID_ARGUMENT */
export function refuseRename(trunk: Trunk, username: string, password: string): void {
  if (username === trunk.username || password !== '' || trunk.ha1_md5 === '') return
  const rule = 'must be given with another username'
  throw invalidArgument(`Cannot save the trunk: "password" ${rule}`, [{ field: 'password', rule }])
}
