import type { IncomingMessage } from 'node:http'
import { ServiceError } from '@voipbin/contracts/errors'

/** Beyond its limit a body is read on and thrown away, so that the client sees the answer and not a reset; but not for ever. */
const DISCARD_FACTOR = 32

type MediaKind = 'json' | 'multipart'

/** @throws UNSUPPORTED_MEDIA_TYPE for a body of another kind; a request without a body has no kind */
export function checkMediaType(request: IncomingMessage, expected: MediaKind): void {
  if (!hasBody(request)) return
  const encoding = request.headers['content-encoding']
  if (encoding !== undefined && encoding !== '' && encoding !== 'identity') throw unsupported(`content encoding "${encoding.slice(0, 40)}"`)
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (expected === 'json' ? !isReadAsJson(type) : type !== 'multipart/form-data') throw unsupported(`content type "${type.slice(0, 80)}"`)
}

/** No operation takes a form, and that type is what `curl -d` says of every body. */
const isReadAsJson = (type: string) =>
  ['', 'application/json', 'application/x-www-form-urlencoded'].includes(type) ||
  (type.startsWith('application/') && type.endsWith('+json'))

const unsupported = (what: string) => new ServiceError('INVALID_ARGUMENT', 'UNSUPPORTED_MEDIA_TYPE', `Cannot read a body of ${what} here`)

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] !== undefined && headers['content-length'] !== '0')
}

/**
 * The JSON object of a request; undefined where it has no body.
 * @throws BODY_TOO_LARGE, INVALID_JSON_BODY
 */
export async function readJsonBody(request: IncomingMessage, limitOctets: number): Promise<Record<string, unknown> | undefined> {
  if (!hasBody(request)) return undefined
  const octets = await readOctets(request, limitOctets)
  if (octets.length === 0) return undefined
  const value = parseJson(octets)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notJson('The body must be a JSON object')
  return value as Record<string, unknown>
}

const decoder = new TextDecoder('utf-8', { fatal: true })

function parseJson(octets: Buffer): unknown {
  try {
    return JSON.parse(decoder.decode(octets))
  } catch (error) {
    throw notJson('The body is not valid JSON', error)
  }
}

const notJson = (message: string, cause?: unknown) => new ServiceError('INVALID_ARGUMENT', 'INVALID_JSON_BODY', message, { cause })

export const bodyTooLarge = (limitOctets: number) =>
  new ServiceError('INVALID_ARGUMENT', 'BODY_TOO_LARGE', `The body is larger than ${limitOctets} octets`, {
    details: [{ limit: limitOctets }],
  })

function readOctets(request: IncomingMessage, limitOctets: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const isAnnouncedTooLarge = Number(request.headers['content-length'] ?? 0) > limitOctets
    if (isAnnouncedTooLarge) reject(bodyTooLarge(limitOctets))
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= limitOctets) chunks.push(chunk)
      else {
        chunks.length = 0
        reject(bodyTooLarge(limitOctets))
        if (length > limitOctets * DISCARD_FACTOR) request.destroy()
      }
    })
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    request.on('error', reject)
    request.on('close', () => reject(clientLeft()))
  })
}

export const clientLeft = () => new ServiceError('UNAVAILABLE', 'REQUEST_CANCELED', 'The client left before its request was whole')
