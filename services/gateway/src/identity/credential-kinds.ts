import type { Clients, Clock } from '@voipbin/service-kit'
import { createAccessKeys } from './access-key.ts'
import type { CredentialKind } from './caller.ts'
import { createJsonWebTokens } from './json-web-token.ts'
import type { Tokens } from './tokens.ts'

export type CredentialParts = { readonly client: Clients; readonly clock: Clock; readonly tokens: Tokens }

/** In the order in which a request is searched; the first that it carries decides. */
export function createCredentialKinds(parts: CredentialParts): readonly CredentialKind[] {
  return [createJsonWebTokens(parts), createAccessKeys(parts)]
}
