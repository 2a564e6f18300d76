import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/**
 * Replies that carry a secret are stored encrypted under a key made from the operation id, which is itself stored only
 * as a hash: who reads the database cannot read them, who repeats the request can.
 * AES-256-GCM; stored as base64 of nonce (12) | tag (16) | ciphertext.
 */
export function seal(operationId: string, text: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', keyOf(operationId), nonce)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64')
}

/** @throws Error when it was sealed under another id or changed */
export function unseal(operationId: string, stored: string): string {
  const bytes = Buffer.from(stored, 'base64')
  const decipher = createDecipheriv('aes-256-gcm', keyOf(operationId), bytes.subarray(0, 12))
  decipher.setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
}

const keyOf = (operationId: string) => Buffer.from(hkdfSync('sha256', operationId, '', 'voipbin stored reply', 32))
