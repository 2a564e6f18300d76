import { randomBytes } from 'node:crypto'
import {
  type AuthValue,
  authorizationHeader,
  proxyAuthenticateHeader,
  proxyAuthorizationHeader,
  wwwAuthenticateHeader,
} from '../message/fields/authentication.ts'
import type { HeaderField } from '../message/header-field.ts'
import type { SipRequest, SipResponse } from '../message/message.ts'
import { Params } from '../message/params.ts'
import { formatUri } from '../message/uri.ts'
import { type DigestAlgorithm, digestAlgorithm, digestResponse, passwordDigest } from './digest.ts'

/** What we authenticate with towards a carrier or registrar. */
export type ClientCredentials = { readonly username: string; readonly password: string }

/** Realms of which one account keeps the challenges: a proxy or two and the peer itself. */
const MAX_REALMS = 8

type Challenge = {
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  readonly algorithm: DigestAlgorithm
  readonly isNamed: boolean
  readonly qop: 'auth' | 'auth-int' | undefined
}

/** What became of a challenge: credentials are on the request, or the same were refused before, or nothing in it is ours to answer. */
export type ChallengeAnswer = 'answered' | 'refused' | 'unsupported'

/**
 * Answers the challenges of one peer for one account (RFC 3261 §22.2–22.3), remembers them, and puts credentials on later requests unasked,
 * with nonce counts that grow. Keep one for each registration or dialog.
 */
export class DigestClient {
  readonly #credentials: ClientCredentials
  readonly #newCnonce: () => string
  readonly #challenges = new Map<HeaderField<AuthValue>, Map<string, { challenge: Challenge; count: number }>>()

  constructor(credentials: ClientCredentials, newCnonce = () => randomBytes(8).toString('hex')) {
    this.#credentials = credentials
    this.#newCnonce = newCnonce
  }

  /** Takes a 401 or 407 to `sent`, and puts the answers on `next`, the request to try again with (RFC 3261 §8.1.3.5); see `learn`. */
  answer(response: SipResponse, sent: SipRequest, next: SipRequest): ChallengeAnswer {
    const learnt = this.learn(response, sent)
    if (learnt === 'answered') this.authorise(next)
    return learnt
  }

  /**
   * Takes a 401 or 407 to `sent`; the next request that is authorised answers it, whatever it is. Credentials that are refused at the
   * first use of their nonce are wrong: trying again would lock accounts. A nonce that was good before has had its time, whether the
   * challenge says `stale` or not: some carriers take each nonce once.
   */
  learn(response: SipResponse, sent: SipRequest): ChallengeAnswer {
    const field = response.status === 407 ? proxyAuthorizationHeader : authorizationHeader
    const values = response.headers.all(response.status === 407 ? proxyAuthenticateHeader : wwwAuthenticateHeader) ?? []
    const challenges = strongestByRealm(values)
    if (challenges.size === 0) return 'unsupported'
    const known = this.#challenges.get(field) ?? new Map<string, { challenge: Challenge; count: number }>()
    for (const { params } of sent.headers.all(field) ?? []) {
      const realm = params.get('realm') ?? ''
      const wasUsed = known.get(realm)?.challenge.nonce === params.get('nonce') && (known.get(realm)?.count ?? 0) > 1
      if (challenges.get(realm)?.isStale !== false || wasUsed) continue
      // Nothing of it is put on later requests unasked: each would count as one more wrong password.
      known.delete(realm)
      return 'refused'
    }
    this.#challenges.set(field, known)
    for (const [realm, { challenge }] of challenges) known.set(realm, { challenge, count: 0 })
    for (const realm of known.keys()) if (known.size > MAX_REALMS) known.delete(realm)
    return 'answered'
  }

  /** Puts credentials for every challenge remembered on a request, replacing those it has. */
  authorise(request: SipRequest): void {
    for (const [field, challenges] of this.#challenges) {
      const values = [...challenges.values()].map((remembered) => {
        remembered.count++
        return this.#respond(request, remembered.challenge, remembered.count)
      })
      request.headers.set(field, ...values)
    }
  }

  #respond(request: SipRequest, challenge: Challenge, count: number): AuthValue {
    const { realm, nonce, opaque, algorithm } = challenge
    const uri = formatUri(request.uri)
    const qop = challenge.qop && { value: challenge.qop, nc: count.toString(16).padStart(8, '0'), cnonce: this.#newCnonce() }
    const ha1 = passwordDigest(algorithm, { ...this.#credentials, realm })
    const response = digestResponse({ algorithm, ha1, method: request.method, uri, nonce, body: request.body, ...(qop && { qop }) })
    let params = Params.none.withQuoted('username', this.#credentials.username).withQuoted('realm', realm).withQuoted('nonce', nonce)
    params = params.withQuoted('uri', uri).withQuoted('response', response)
    if (challenge.isNamed) params = params.with('algorithm', algorithm)
    if (opaque !== undefined) params = params.withQuoted('opaque', opaque)
    if (qop) params = params.with('qop', qop.value).with('nc', qop.nc).withQuoted('cnonce', qop.cnonce)
    return { scheme: 'Digest', params }
  }
}

/** The first challenge of each realm that we can answer: servers put the strongest first (RFC 8760 §2.4). */
function strongestByRealm(values: readonly AuthValue[]): Map<string, { challenge: Challenge; isStale: boolean }> {
  const byRealm = new Map<string, { challenge: Challenge; isStale: boolean }>()
  for (const value of values) {
    const challenge = readChallenge(value)
    if (!challenge || byRealm.has(challenge.realm)) continue
    byRealm.set(challenge.realm, { challenge, isStale: value.params.get('stale')?.toLowerCase() === 'true' })
  }
  return byRealm
}

function readChallenge({ scheme, params }: AuthValue): Challenge | undefined {
  const realm = params.get('realm')
  const nonce = params.get('nonce')
  const named = params.get('algorithm')
  const algorithm = digestAlgorithm(named)
  if (scheme.toLowerCase() !== 'digest' || realm === undefined || !nonce || !algorithm) return undefined
  const offered = params
    .get('qop')
    ?.split(',')
    .map((value) => value.trim().toLowerCase())
  const qop = offered?.includes('auth') ? 'auth' : offered?.includes('auth-int') ? 'auth-int' : undefined
  // A qop that we do not know cannot be answered; none at all is RFC 2069.
  if (offered && !qop) return undefined
  return { realm, nonce, opaque: params.get('opaque'), algorithm, isNamed: named !== undefined, qop }
}
