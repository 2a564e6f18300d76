import { hash, randomBytes } from 'node:crypto'

/** HA1 of every algorithm that a phone may be asked for (RFC 7616 §3.4.2), so that another can be chosen without a new password. */
export function digestHashes(username: string, realm: string, password: string): { ha1_md5: string; ha1_sha256: string } {
  const text = `${username}:${realm}:${password}`
  return { ha1_md5: hash('md5', text, 'hex'), ha1_sha256: hash('sha256', text, 'hex') }
}

/** 120 bits, in characters that survive being typed into a phone. */
export const newPassword = (): string => randomBytes(15).toString('base64url')

type Hashed = { readonly ha1_md5: string; readonly ha1_sha256: string }

/** What of an account a node needs to check digests; nothing where no password was set. */
export function digestsOf({ ha1_md5, ha1_sha256 }: Hashed): { algorithm: 'MD5' | 'SHA-256'; ha1: string }[] {
  if (ha1_md5 === '') return []
  return [
    { algorithm: 'MD5', ha1: ha1_md5 },
    { algorithm: 'SHA-256', ha1: ha1_sha256 },
  ]
}
