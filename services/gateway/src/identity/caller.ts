import type { Actor } from '@voipbin/contracts/actor'
import { ServiceError } from '@voipbin/contracts/errors'
import type { Watch } from '@voipbin/service-kit'

/** Who is behind a request, as its credential says. */
export type Caller = {
  readonly actor: Actor
  /** Resource types that a direct token opens; empty for every other kind. */
  readonly resourceTypes: readonly string[]
  readonly customerStatus: CustomerStatus
  /** When the customer was frozen; null: it is not, or nobody knows. */
  readonly frozenAt: string | null
}
export type CustomerStatus = 'initial' | 'active' | 'frozen' | 'deleted' | 'expired'

/** Somebody without a credential, on the operations that are open. */
export const stranger: Caller = {
  actor: { kind: 'none', id: '', customer_id: '', permission: 0 },
  resourceTypes: [],
  customerStatus: 'active',
  frozenAt: null,
}

/** Where a credential may stand in a request. */
export type Presented = {
  readonly cookie: (name: string) => string | undefined
  readonly query: (name: string) => string | undefined
  /** Of `Authorization: Bearer …`. */
  readonly bearer: string | undefined
}

/** One way to say who one is. A new one is a file beside this and an entry in `credential-kinds.ts`. */
export type CredentialKind = {
  /** The request's token of this kind, if it carries one. */
  find(presented: Presented): string | undefined
  /** @throws INVALID_CREDENTIALS; UNAVAILABLE where nobody can tell just now */
  authenticate(token: string): Promise<Caller> | Caller
  /** Events on which remembered answers are dropped. */
  readonly watches: readonly Watch[]
}

export const invalidCredentials = (cause?: unknown) =>
  new ServiceError('UNAUTHENTICATED', 'INVALID_CREDENTIALS', 'The credential is unknown, expired or revoked', { cause })

export const authenticationRequired = () =>
  new ServiceError('UNAUTHENTICATED', 'AUTHENTICATION_REQUIRED', 'This operation needs a credential: a token, or an access key')
