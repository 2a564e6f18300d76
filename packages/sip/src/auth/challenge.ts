import type { AuthValue } from '../message/fields/authentication.ts'
import { Params } from '../message/params.ts'
import type { DigestAlgorithm } from './digest.ts'

export type ChallengeOptions = {
  readonly realm: string
  readonly nonce: string
  readonly algorithm: DigestAlgorithm
  /** The nonce of the credentials was too old, and nothing else wrong with them. */
  readonly isStale?: boolean
}

/**
 * A Digest challenge (RFC 3261 §22.4, RFC 7616 §3.3). qop is `auth` only: nothing between us and a phone may rewrite bodies, and yet they
 * do. MD5 goes without `algorithm`, which the oldest phones do not expect; one algorithm a challenge, one challenge a response.
 */
export function digestChallenge({ realm, nonce, algorithm, isStale }: ChallengeOptions): AuthValue {
  let params = Params.none.withQuoted('realm', realm).withQuoted('nonce', nonce)
  if (algorithm !== 'MD5') params = params.with('algorithm', algorithm)
  if (isStale) params = params.with('stale', 'true')
  return { scheme: 'Digest', params: params.withQuoted('qop', 'auth') }
}
