import { createHash, randomBytes } from 'node:crypto'
import type { Accesskey } from '@voipbin/contracts/customer'
import { ServiceError } from '@voipbin/contracts/errors'

const PREFIX_LENGTH = 11
/** `vb_` and 32 characters of URL-safe base64. */
const TOKEN_FORM = /^vb_[A-Za-z0-9_-]{32}$/

export const newToken = (): string => `vb_${randomBytes(24).toString('base64url')}`

/** What is stored of a token: enough to recognise it, nothing to use it with. */
export function tokenColumns(token: string): { token_prefix: string; token_hash: string } {
  return { token_prefix: token.slice(0, PREFIX_LENGTH), token_hash: createHash('sha256').update(token).digest('hex') }
}

/** @throws INVALID_ARGUMENT for a preset key that no client could send */
export function checkToken(token: string): string {
  if (TOKEN_FORM.test(token)) return token
  throw new ServiceError(
    'INVALID_ARGUMENT',
    'INVALID_ACCESS_KEY',
    'Cannot use the preset access key: it must be "vb_" and 32 characters of A-Z a-z 0-9 _ -',
  )
}

export const isExpired = (accesskey: Accesskey, now: string): boolean => accesskey.tm_expire !== null && accesskey.tm_expire <= now
