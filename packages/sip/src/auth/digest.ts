import { hash } from 'node:crypto'

/**
 * Digest algorithms (RFC 8760 §2.1). The `-sess` variants are refused: RFC 8760 keeps them, phones do not use them, and HA1 could not be
 * stored.
 */
export type DigestAlgorithm = 'MD5' | 'SHA-256' | 'SHA-512-256'

const hashNames: Readonly<Record<DigestAlgorithm, string>> = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' }

/** Digits of a response in each algorithm. */
export const digestLength: Readonly<Record<DigestAlgorithm, number>> = { MD5: 32, 'SHA-256': 64, 'SHA-512-256': 64 }

/** The algorithm that a header names; MD5 where it names none, undefined where it names one that we do not know. */
export function digestAlgorithm(name: string | undefined): DigestAlgorithm | undefined {
  if (name === undefined) return 'MD5'
  return (Object.keys(hashNames) as DigestAlgorithm[]).find((algorithm) => algorithm === name.toUpperCase())
}

const digest = (algorithm: DigestAlgorithm, text: string): string => hash(hashNames[algorithm], text, 'hex')

/** HA1, which stands for a password in one realm and one algorithm: what a registrar stores (RFC 7616 §3.4.2). As secret as it. */
export function passwordDigest(algorithm: DigestAlgorithm, credentials: { username: string; realm: string; password: string }): string {
  return digest(algorithm, `${credentials.username}:${credentials.realm}:${credentials.password}`)
}

export type DigestInput = {
  readonly algorithm: DigestAlgorithm
  /** HA1 of the same algorithm. */
  readonly ha1: string
  readonly method: string
  /** digest-uri as written in the credentials. */
  readonly uri: string
  readonly nonce: string
  /** With qop: nc of eight hex digits, and cnonce. */
  readonly qop?: { readonly value: 'auth' | 'auth-int'; readonly nc: string; readonly cnonce: string }
  /** The body, for auth-int. */
  readonly body?: Uint8Array
}

/** request-digest (RFC 7616 §3.4.1, RFC 3261 §22.4; without qop RFC 2069). */
export function digestResponse(input: DigestInput): string {
  const { algorithm, ha1, method, uri, nonce, qop } = input
  const bodyDigest = qop?.value === 'auth-int' ? `:${hash(hashNames[algorithm], input.body ?? new Uint8Array(0), 'hex')}` : ''
  const ha2 = digest(algorithm, `${method}:${uri}${bodyDigest}`)
  return digest(algorithm, qop ? `${ha1}:${nonce}:${qop.nc}:${qop.cnonce}:${qop.value}:${ha2}` : `${ha1}:${nonce}:${ha2}`)
}
