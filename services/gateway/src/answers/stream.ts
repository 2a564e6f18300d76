import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { type BlobStore, blobIdOfUrl } from '@voipbin/blob'
import { invalidArgument, notFound, ServiceError } from '@voipbin/contracts/errors'
import type { FastifyReply } from 'fastify'
import type { WriteAnswer } from './answer.ts'
import { parseRange } from './parse-range.ts'

type Source = { readonly url: string; readonly content_type: string; readonly filename?: string }
/** What is behind the URL, or the range of it that was asked for. */
type Upstream = { readonly isPart: boolean; readonly headers: Readonly<Record<string, string>>; readonly content: Readable | '' }

/** Passes on a blob, or the octets behind a URL that one of our services signed: as fast as the client reads, and no longer than it stays. */
export const answerStream: WriteAnswer = async ({ fetch, blobs }, { output, operation, request, reply }) => {
  const source = output as Source
  const left = new AbortController()
  reply.raw.once('close', () => left.abort())
  const { range } = request.headers
  const blobId = blobIdOfUrl(source.url)
  const upstream = blobId === undefined ? await open(fetch, source.url, range, left.signal) : await openBlob(blobs, blobId, range)
  reply.code(upstream.isPart ? 206 : (operation.entry.status ?? 200))
  writeHeaders(reply, source, upstream)
  return reply.send(upstream.content)
}

async function openBlob(blobs: BlobStore, blobId: string, wanted: string | undefined): Promise<Upstream> {
  try {
    const size = await blobs.size(blobId)
    if (size === undefined) throw notFound('file', blobId)
    const range = parseRange(wanted, size)
    if (range === 'none') throw notInFile()
    const blob = await blobs.open(blobId, range)
    if (!blob) throw notFound('file', blobId)
    const length = range ? range.last - range.first + 1 : size
    const part = range && { 'content-range': `bytes ${range.first}-${range.last}/${size}` }
    return {
      isPart: range !== undefined,
      headers: { 'content-length': String(length), 'accept-ranges': 'bytes', ...part },
      content: blob.content,
    }
  } catch (error) {
    throw error instanceof ServiceError ? error : notAvailable(error)
  }
}

async function open(fetch: typeof globalThis.fetch, url: string, range: string | undefined, signal: AbortSignal): Promise<Upstream> {
  const response = await fetch(url, { signal, redirect: 'error', headers: range === undefined ? {} : { range } }).catch(
    (error: unknown) => {
      throw notAvailable(error)
    },
  )
  if (response.ok) {
    const content = response.body ? Readable.fromWeb(response.body as ReadableStream) : ''
    return { isPart: response.status === 206, headers: passedOn(response), content }
  }
  await response.body?.cancel()
  if (response.status === 416) throw notInFile()
  throw notAvailable(new Error(`The store answered ${response.status}`))
}

function passedOn({ headers }: Response): Record<string, string> {
  if (headers.has('content-encoding')) return {}
  const names = ['content-length', 'content-range', 'accept-ranges']
  return Object.fromEntries(
    names.flatMap((name): [string, string][] => {
      const value = headers.get(name)
      return value === null ? [] : [[name, value]]
    }),
  )
}

const notInFile = () => invalidArgument('The requested range is not in the file')
const notAvailable = (cause: unknown) => new ServiceError('UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'The content cannot be read now', { cause })

/** What customers uploaded is shown as what it is said to be, but may not act as a page of ours. */
function writeHeaders(reply: FastifyReply, { content_type, filename }: Source, { headers }: Upstream): void {
  reply.header('content-type', /^[\x20-\x7e]{1,255}$/.test(content_type) ? content_type : 'application/octet-stream')
  reply.headers({
    'x-content-type-options': 'nosniff',
    'content-security-policy': "sandbox; default-src 'none'",
    'cache-control': 'private',
  })
  if (filename !== undefined) reply.header('content-disposition', attachment(filename))
  reply.headers(headers)
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
