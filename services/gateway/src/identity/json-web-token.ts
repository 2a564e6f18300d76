import { isAccessKey } from './access-key.ts'
import { type CredentialKind, invalidCredentials } from './caller.ts'

/** JSON Web Tokens: cookie or query `token`, or `Authorization: Bearer …`. Nothing issues them so far, so none is genuine. */
export function createJsonWebTokens(): CredentialKind {
  return {
    find: ({ cookie, query, bearer }) =>
      cookie('token') ?? query('token') ?? (bearer !== undefined && !isAccessKey(bearer) ? bearer : undefined),
    authenticate() {
      throw invalidCredentials()
    },
    watches: [],
  }
}
