import { createHmac, createSecretKey } from 'node:crypto'

/** A body as it will be sent. `id` is the same at each try, `timestamp` (seconds since the epoch) is not. */
type Signed = { readonly id: string; readonly timestamp: number; readonly body: string }

const STANDARD_PREFIX = 'whsec_'

/**
 * Two signatures of one body: `X-VoIPBIN-Signature`, HMAC-SHA256 over the body with the whole secret as its key; and
 * those of Standard Webhooks (`webhook-signature`), over id, time and body, with the octets behind `whsec_` as the key.
 * While a secret is being exchanged both sign: Standard Webhooks has room for several, ours names the older one apart.
 * @param secrets the valid one first, then the one before it where it still signs; none: the body goes out unsigned
 */
export function signatureHeaders({ id, timestamp, body }: Signed, secrets: readonly string[]): Record<string, string> {
  const [current, previous] = secrets
  const standard = secrets.map((secret) => `v1,${hmac(standardKey(secret), `${id}.${timestamp}.${body}`).toString('base64')}`)
  return {
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    ...(current === undefined ? {} : { 'webhook-signature': standard.join(' '), 'X-VoIPBIN-Signature': own(current, body) }),
    ...(previous === undefined ? {} : { 'X-VoIPBIN-Signature-Previous': own(previous, body) }),
  }
}

/** Octets as a key go in as a key object: Node takes five times as long over them otherwise. */
const hmac = (key: string | Buffer, text: string) =>
  createHmac('sha256', typeof key === 'string' ? key : createSecretKey(key))
    .update(text)
    .digest()

const own = (secret: string, body: string) => `sha256=${hmac(secret, body).toString('hex')}`

function standardKey(secret: string): Buffer {
  const isStandard = secret.startsWith(STANDARD_PREFIX)
  return isStandard ? Buffer.from(secret.slice(STANDARD_PREFIX.length), 'base64') : Buffer.from(secret)
}
