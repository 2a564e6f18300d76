import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { invalidArgument, ServiceError } from '@voipbin/contracts/errors'
import type { FastifyReply } from 'fastify'
import type { WriteAnswer } from './answer.ts'

type Source = { readonly url: string; readonly content_type: string; readonly filename?: string }

/** Passes on the octets behind a URL that one of our services signed: as fast as the client reads, and no longer than it stays. */
export const answerStream: WriteAnswer = async ({ fetch }, { output, operation, request, reply }) => {
  const source = output as Source
  const left = new AbortController()
  reply.raw.once('close', () => left.abort())
  const { range } = request.headers
  const upstream = await open(fetch, source.url, range, left.signal)
  reply.code(upstream.status === 206 ? 206 : (operation.entry.status ?? 200))
  writeHeaders(reply, source, upstream)
  return reply.send(upstream.body ? Readable.fromWeb(upstream.body as ReadableStream) : '')
}

async function open(fetch: typeof globalThis.fetch, url: string, range: string | undefined, signal: AbortSignal): Promise<Response> {
  const response = await fetch(url, { signal, redirect: 'error', headers: range === undefined ? {} : { range } }).catch(
    (error: unknown) => {
      throw notAvailable(error)
    },
  )
  if (response.ok) return response
  await response.body?.cancel()
  if (response.status === 416) throw invalidArgument('The requested range is not in the file')
  throw notAvailable(new Error(`The store answered ${response.status}`))
}

const notAvailable = (cause: unknown) => new ServiceError('UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'The content cannot be read now', { cause })

/** What customers uploaded is shown as what it is said to be, but may not act as a page of ours. */
function writeHeaders(reply: FastifyReply, { content_type, filename }: Source, upstream: Response): void {
  reply.header('content-type', /^[\x20-\x7e]{1,255}$/.test(content_type) ? content_type : 'application/octet-stream')
  reply.headers({
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': 'private',
  })
  if (filename !== undefined) reply.header('content-disposition', attachment(filename))
  for (const name of ['content-length', 'content-range', 'accept-ranges']) {
    const value = upstream.headers.get(name)
    if (value !== null && !upstream.headers.has('content-encoding')) reply.header(name, value)
  }
}

/** RFC 6266 §4.1: a plain name for old clients, the true one percent-encoded. */
function attachment(filename: string): string {
  const plain = filename.replace(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(filename.toWellFormed()).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
