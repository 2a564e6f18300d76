import type { SipUser } from '@voipbin/contracts/switch-ports'
import {
  createResponse,
  credentialsFor,
  type DigestCredentials,
  digestChallenge,
  type Nonces,
  type SipRequest,
  type SipResponse,
  verifyDigest,
  wwwAuthenticateHeader,
} from '@voipbin/sip'
import type { Abuse } from './abuse.ts'
import type { Rule } from './rules.ts'
import type { SipUsers } from './sip-users.ts'

export type Challenge = { readonly realm: string; readonly algorithm: 'MD5' | 'SHA-256' }
export type Refusal = { readonly kind: 'refused'; readonly rule: Rule; readonly response: SipResponse }
export type Proof = { readonly kind: 'proved'; readonly user: SipUser } | Refusal

export type AuthenticatorOptions = {
  readonly nonces: Nonces
  readonly users: SipUsers
  readonly abuse: Abuse
  readonly newTag: () => string
}

/**
 * Who sent a request, by digest (RFC 3261 §22, RFC 7616). Whatever is wrong gets the same 403 after the same work, so that nobody learns
 * which users there are. It is no 401 with a fresh nonce, which phones (libre, ten times a try) take for another chance with the same
 * password. A nonce is good for the address that it was sent to and for no other.
 */
export class Authenticator {
  readonly #options: AuthenticatorOptions

  constructor(options: AuthenticatorOptions) {
    this.#options = options
  }

  /** Rejects where the registrar cannot be asked. */
  async authenticate(request: SipRequest, address: string, challenge: Challenge): Promise<Proof> {
    const { nonces, abuse, newTag } = this.#options
    const challengeFor = (rule: Rule, isStale = false): Refusal => this.#challenge(request, { ...challenge, address, rule, isStale })
    const refuse = (rule: Rule): Refusal => ({ kind: 'refused', rule, response: createResponse(request, 403, { toTag: newTag() }) })
    const credentials = credentialsFor(request, challenge.realm)
    if (!credentials) return challengeFor('no_credentials')
    if (nonces.inspect(credentials.nonce, address) !== 'good') return challengeFor('stale_nonce', true)
    const name = `${credentials.username}@${challenge.realm}`
    if (abuse.isGuessed(address, name)) {
      abuse.wrongDigest(address, name)
      return refuse('guessed_user')
    }
    const user = await this.#prove(request, credentials, challenge)
    if (!user) {
      abuse.wrongDigest(address, name)
      return refuse('wrong_digest')
    }
    if (nonces.use(credentials.nonce, credentials.qop?.count, address) !== 'good') return challengeFor('replayed_nonce', true)
    abuse.rightDigest(address, name)
    return { kind: 'proved', user }
  }

  /** Asked twice where the first answer was an old one. */
  async #prove(request: SipRequest, credentials: DigestCredentials, { realm, algorithm }: Challenge): Promise<SipUser | undefined> {
    const { users } = this.#options
    const isRight = (user: SipUser | null) => {
      const value = user?.digest.find((each) => each.algorithm === algorithm)?.ha1
      return verifyDigest(request, credentials, { algorithm, value }) === 'correct'
    }
    const known = await users.find(realm, credentials.username)
    if (isRight(known)) return known ?? undefined
    const current = await users.findAgain(realm, credentials.username)
    return current !== known && isRight(current) ? (current ?? undefined) : undefined
  }

  #challenge(
    request: SipRequest,
    { address, rule, ...challenge }: Challenge & { readonly address: string; readonly rule: Rule; readonly isStale: boolean },
  ): Refusal {
    const { nonces, newTag } = this.#options
    const response = createResponse(request, 401, { toTag: newTag() })
    response.headers.set(wwwAuthenticateHeader, digestChallenge({ ...challenge, nonce: nonces.issue(address) }))
    return { kind: 'refused', rule, response }
  }
}
