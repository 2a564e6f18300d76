import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import https from 'node:https'
import type { LookupFunction, Socket } from 'node:net'
import { pipeline, type Readable } from 'node:stream'
import { type FailurePhase, OutboundFailed, OutboundRefused } from './errors.ts'
import { type Guard, refusedAddress, type Target } from './guard.ts'
import { readLimited } from './read-limited.ts'
import type { Resolver } from './resolve.ts'

// Imported, `node:http` shows all its names, and one of them loads the whole of undici: 50 ms and 13 MB.
const http = process.getBuiltinModule('node:http')

/** A body that is read while it is sent, and from its beginning again where a redirect asks for that. */
export type StreamedBody = { readonly octets: number; open(): Readable }

/** What goes out in one exchange. */
export type Message = {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | StreamedBody | undefined
}

export type Answer = {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  /** At most the limit; what came beyond was not read. */
  readonly body: Buffer
  /** False where the body was longer than the limit, or broke off. */
  readonly isComplete: boolean
}

export type ExchangeParts = {
  readonly guard: Guard
  readonly resolver: Resolver
  readonly agents: Readonly<Record<'http:' | 'https:', Agent>>
  readonly after: (ms: number, callback: () => void) => () => void
  readonly limits: { readonly dialMs: number; readonly headersMs: number; readonly bodyOctets: number }
}

/**
 * One request and its answer, redirects not followed. The host is resolved when a connection is opened, to addresses
 * that the guard admits, and those are dialled: no second look can find another.
 * @param signal ends it; with the body under way, what has come is the answer
 * @throws OutboundRefused, OutboundFailed
 */
export function exchange(parts: ExchangeParts, target: Target, message: Message, signal: AbortSignal): Promise<Answer> {
  const { guard, limits, after } = parts
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  let phase: FailurePhase = 'dial'
  let isAnswered = false
  const request = openRequest(parts, target, message)
  let stopTimer = after(limits.dialMs, () => end(failure(phase, 'TIMEOUT')))
  const settle = () => {
    stopTimer()
    signal.removeEventListener('abort', onAbort)
  }
  const end = (error: unknown) => {
    if (isAnswered) return // how the connection ends is then for who reads the body to see
    settle()
    reject(error)
    request.destroy()
  }
  const onAbort = () => end(failure(phase, String(signal.reason)))
  const onConnected = () => {
    phase = 'headers'
    stopTimer()
    // How long a stream takes to be sent is for the signal to limit; its answer is awaited from its end.
    if (isStream(message.body)) request.once('finish', awaitHeaders)
    else awaitHeaders()
  }
  const awaitHeaders = () => {
    if (!isAnswered) stopTimer = after(limits.headersMs, () => end(failure(phase, 'TIMEOUT')))
  }
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()

  request.once('socket', (socket: Socket) => {
    if (!socket.connecting) return onConnected() // kept from an earlier exchange, and checked then
    socket.once('connect', () => {
      if (!guard.admits(target, socket.remoteAddress ?? '')) end(refusedAddress())
    })
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', onConnected)
  })
  request.once('response', (response) => {
    isAnswered = true
    settle()
    readLimited(response, limits.bodyOctets, signal).then(
      ({ body, isComplete }) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body, isComplete }),
      reject,
    )
  })
  request.on('error', (error) => end(fromError(phase, error)))
  request.once('close', () => isAnswered || end(failure(phase, 'ECONNRESET')))
  // How the pipe ends is how the request does, which is heard of above.
  if (isStream(message.body)) pipeline(message.body.open(), request, () => undefined)
  else request.end(message.body)
  return promise
}

const isStream = (body: Message['body']): body is StreamedBody => body !== undefined && !Buffer.isBuffer(body)

function openRequest({ agents, resolver }: ExchangeParts, target: Target, { method, headers, body }: Message): ClientRequest {
  const lookup: LookupFunction = (_host, options, callback) => {
    resolver.resolve(target).then(
      (addresses) => {
        const [first] = addresses
        if (options.all) callback(null, addresses)
        else callback(null, first?.address ?? '', first?.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    )
  }
  const length = body ? { 'Content-Length': String(isStream(body) ? body.octets : body.length) } : {}
  const options = { method, headers: { ...headers, ...length }, lookup }
  try {
    return target.url.protocol === 'https:'
      ? https.request(target.url, { ...options, agent: agents['https:'] })
      : http.request(target.url, { ...options, agent: agents['http:'] })
  } catch (error) {
    throw new OutboundRefused(
      'MESSAGE_INVALID',
      `Refused: HTTP cannot carry this method or header: ${error instanceof Error ? error.message : error}`,
    )
  }
}

function failure(phase: FailurePhase, code: string, cause?: unknown): OutboundFailed {
  const where = { resolve: 'while resolving the host', dial: 'while connecting', headers: 'while waiting for the answer' }[phase]
  const what = code === 'TIMEOUT' ? 'Timed out' : code === 'ABORTED' ? 'Stopped' : `Failed (${code})`
  return new OutboundFailed(phase, code, `${what} ${where}`, { cause })
}

function fromError(phase: FailurePhase, error: Error): Error {
  if (error instanceof OutboundRefused || error instanceof OutboundFailed) return error
  return failure(phase, 'code' in error ? String(error.code) : 'EPROTO', error)
}
