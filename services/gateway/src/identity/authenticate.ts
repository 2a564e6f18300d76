import { type Caller, type CredentialKind, invalidCredentials, type Presented } from './caller.ts'

export type Authenticate = (presented: Presented) => Promise<Caller | undefined>

/** Customers that are gone have no credentials any more. Frozen ones have; what they may do with them is judged later. */
const livingStatuses: ReadonlySet<string> = new Set(['initial', 'active', 'frozen'])

/**
 * Who sends this, by the first kind of credential that it carries; undefined where it carries none.
 * The promise rejects with INVALID_CREDENTIALS or UNAVAILABLE.
 */
export function createAuthenticate(kinds: readonly CredentialKind[]): Authenticate {
  return async (presented) => {
    for (const kind of kinds) {
      const token = kind.find(presented)
      if (token === undefined) continue
      const caller = await kind.authenticate(token)
      if (!livingStatuses.has(caller.customerStatus)) throw invalidCredentials()
      return caller
    }
    return undefined
  }
}
