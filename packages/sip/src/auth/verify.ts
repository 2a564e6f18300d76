import { timingSafeEqual } from 'node:crypto'
import { isSameUri } from '../message/compare-uri.ts'
import { type AuthValue, authorizationHeader, proxyAuthorizationHeader } from '../message/fields/authentication.ts'
import type { SipRequest } from '../message/message.ts'
import { parseUri } from '../message/uri.ts'
import { type DigestAlgorithm, digestAlgorithm, digestLength, digestResponse } from './digest.ts'

/** Digest credentials as they came, checked for form only (RFC 7616 §3.4). */
export type DigestCredentials = {
  readonly username: string
  readonly realm: string
  readonly nonce: string
  readonly uri: string
  readonly response: string
  readonly algorithm: DigestAlgorithm
  readonly qop?: { readonly value: 'auth' | 'auth-int'; readonly nc: string; readonly cnonce: string; readonly count: number }
}

/** The credentials that a request brings for a realm; undefined when there are none that can be read, which is no failed attempt. */
export function credentialsFor(request: SipRequest, realm: string, kind: 'user' | 'proxy' = 'user'): DigestCredentials | undefined {
  const values = request.headers.all(kind === 'user' ? authorizationHeader : proxyAuthorizationHeader) ?? []
  for (const value of values) {
    const credentials = readCredentials(value)
    if (credentials?.realm === realm) return credentials
  }
  return undefined
}

/** Credentials of an Authorization value; undefined when it is no Digest or lacks what it must have. */
export function readCredentials({ scheme, params }: AuthValue): DigestCredentials | undefined {
  const required = ['username', 'realm', 'nonce', 'uri', 'response'].map((name) => params.get(name))
  const [username, realm, nonce, uri, response] = required
  const algorithm = digestAlgorithm(params.get('algorithm'))
  if (scheme.toLowerCase() !== 'digest' || !algorithm) return undefined
  if (!username || realm === undefined || !nonce || !uri || !response) return undefined
  const credentials = { username, realm, nonce, uri, response: response.toLowerCase(), algorithm }
  const value = params.get('qop')
  if (value === undefined) return credentials
  const nc = params.get('nc') ?? ''
  const cnonce = params.get('cnonce')
  if ((value !== 'auth' && value !== 'auth-int') || !/^[0-9a-f]{8}$/i.test(nc) || !cnonce) return undefined
  return { ...credentials, qop: { value, nc, cnonce, count: Number.parseInt(nc, 16) } }
}

/** `user` unknown, `password` wrong, or credentials for something else than the request at hand. */
export type DigestVerdict = 'correct' | 'unknown user' | 'wrong algorithm' | 'wrong uri' | 'wrong password'

/** Compared with where no one is known, so that unknown and known users take the same time. */
const nobody: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: '0'.repeat(digestLength.MD5),
  'SHA-256': '0'.repeat(digestLength['SHA-256']),
  'SHA-512-256': '0'.repeat(digestLength['SHA-512-256']),
}

/**
 * Whether credentials prove the password whose HA1 is given, for this request. The nonce is not judged here: `Nonces` does, before and
 * after. The work is the same whatever the verdict.
 * @param ha1 of the algorithm that was asked for; undefined for an unknown user
 */
export function verifyDigest(
  request: SipRequest,
  credentials: DigestCredentials,
  ha1: { algorithm: DigestAlgorithm; value: string | undefined },
): DigestVerdict {
  const { algorithm, nonce, uri, qop } = credentials
  const expected = digestResponse({
    ...{ algorithm, nonce, uri, method: request.method, body: request.body },
    ha1: ha1.value ?? nobody[algorithm],
    ...(qop && { qop }),
  })
  const isEqual = isSameSecret(expected, credentials.response)
  if (ha1.value === undefined) return 'unknown user'
  // A digest of another algorithm than we asked for would let an attacker choose the weakest (RFC 8760 §3).
  if (algorithm !== ha1.algorithm) return 'wrong algorithm'
  if (!isUriOf(request, uri)) return 'wrong uri'
  return isEqual ? 'correct' : 'wrong password'
}

function isSameSecret(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/**
 * digest-uri must mean the Request-URI (RFC 7616 §3.4.6). Proxies rewrite parts of it on the way, and phones leave parameters out: user and
 * host decide.
 */
function isUriOf({ uri }: SipRequest, digestUri: string): boolean {
  const said = parseUri(digestUri)
  if (!said) return false
  if (said.kind === 'sip' && uri.kind === 'sip') return said.host === uri.host && (said.user ?? '') === (uri.user ?? '')
  return isSameUri(said, uri)
}
