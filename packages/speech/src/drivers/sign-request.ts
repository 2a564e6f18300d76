import { createHash, createHmac } from 'node:crypto'

export type Unsigned = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}
export type Signer = { readonly keyId: string; readonly secret: string; readonly region: string; readonly service: string }

const ALGORITHM = 'AWS4-HMAC-SHA256'

/**
 * The headers of a request to AWS with its signature (Signature Version 4). For paths and queries that need no escaping.
 * @param nowMs AWS refuses what is five minutes off
 */
export function signRequest({ method, url, headers, body }: Unsigned, signer: Signer, nowMs: number): Record<string, string> {
  const { host, pathname, searchParams } = new URL(url)
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const day = time.slice(0, 8)
  const scope = `${day}/${signer.region}/${signer.service}/aws4_request`
  const signed: Record<string, string> = { ...headers, host, 'x-amz-date': time }
  const names = Object.keys(signed).toSorted()
  searchParams.sort()
  const canonical = [
    ...[method, pathname, searchParams.toString()],
    ...names.map((name) => `${name}:${signed[name]?.trim()}`),
    ...['', names.join(';'), sha256(body)],
  ].join('\n')
  const toSign = [ALGORITHM, time, scope, sha256(canonical)].join('\n')
  const key = [day, signer.region, signer.service, 'aws4_request'].reduce(
    (under: string | Buffer, text) => hmac(under, text),
    `AWS4${signer.secret}`,
  )
  const signature = hmac(key, toSign).toString('hex')
  // The client writes `host` itself, as it stands in the URL.
  const { host: _host, ...sent } = signed
  return {
    ...sent,
    authorization: `${ALGORITHM} Credential=${signer.keyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()
