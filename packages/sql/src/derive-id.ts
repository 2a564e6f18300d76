import { hash } from 'node:crypto'

/** A UUID (version 8, RFC 9562 §5.8) that only depends on its parts: the same work has the same name each time it is run. */
export function deriveId(...parts: readonly (string | number)[]): string {
  const hex = hash('sha256', JSON.stringify(parts), 'hex')
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** SHA-256 in base64url, 43 characters. */
export const digest = (text: string): string => hash('sha256', text, 'base64url')
