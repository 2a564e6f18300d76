import https from 'node:https'
import { parseAllowList } from './allow-list.ts'
import { OutboundRefused } from './errors.ts'
import { type Answer, type ExchangeParts, exchange, type Message, type StreamedBody } from './exchange.ts'
import { createGuard } from './guard.ts'
import { createResolver, type LookUp } from './resolve.ts'

// Imported, `node:http` shows all its names, and one of them loads the whole of undici: 50 ms and 13 MB.
const http = process.getBuiltinModule('node:http')

export type OutboundLimits = {
  readonly dialMs: number
  readonly headersMs: number
  /** Of everything, redirects included. */
  readonly totalMs: number
  readonly redirects: number
  readonly bodyOctets: number
}

export const defaultLimits: OutboundLimits = { dialMs: 10_000, headersMs: 15_000, totalMs: 30_000, redirects: 3, bodyOctets: 64 * 1024 }

export type OutboundOptions = {
  /** `host:port` and subnets, comma separated, that may be reached although they are not public. Default: none. */
  readonly allow?: string
  readonly limits?: Partial<OutboundLimits>
  /** Where waiting takes its time from. Default: the machine. */
  readonly after?: (ms: number, callback: () => void) => () => void
  /** Called before anything is sent; what it throws is what the caller gets. */
  readonly check?: () => void
  /** In place of DNS. */
  readonly lookUp?: LookUp
}

export type OutboundRequest = {
  readonly url: string
  readonly method: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | StreamedBody
  readonly signal?: AbortSignal
}

export type OutboundAnswer = Answer & { readonly url: string; readonly redirects: number }

/** HTTP to where strangers say: only http and https, only public addresses, only so long and so much. */
export type Outbound = {
  /** Follows redirects, keeping method and body, but for 303, which asks for a GET. @throws OutboundRefused, OutboundFailed */
  request(request: OutboundRequest): Promise<OutboundAnswer>
  /** What can be said of a URL without asking DNS. @throws OutboundRefused */
  check(url: string): void
  close(): void
}

/** Connections that nobody uses are kept this long for the next request. */
const IDLE_MS = 5000

/** @throws SyntaxError for a malformed allow-list */
export function createOutbound(options: OutboundOptions = {}): Outbound {
  const limits = { ...defaultLimits, ...options.limits }
  const after = options.after ?? afterOnMachine
  const guard = createGuard(parseAllowList(options.allow ?? ''))
  const keep = { keepAlive: true, timeout: IDLE_MS }
  const agents = { 'http:': new http.Agent(keep), 'https:': new https.Agent(keep) }
  const resolver = options.lookUp ? createResolver(guard, options.lookUp) : createResolver(guard)
  const parts: ExchangeParts = { guard, resolver, agents, after, limits }

  async function request(wanted: OutboundRequest): Promise<OutboundAnswer> {
    options.check?.()
    const ending = new AbortController()
    const stopTimer = after(limits.totalMs, () => ending.abort('TIMEOUT'))
    const onAbort = () => ending.abort('ABORTED')
    wanted.signal?.addEventListener('abort', onAbort)
    if (wanted.signal?.aborted) onAbort()
    try {
      return await follow(parts, limits.redirects, wanted, ending.signal)
    } finally {
      stopTimer()
      wanted.signal?.removeEventListener('abort', onAbort)
    }
  }

  return {
    request,
    check: (url) => void guard.checkUrl(url),
    close() {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}

async function follow(parts: ExchangeParts, limit: number, wanted: OutboundRequest, signal: AbortSignal): Promise<OutboundAnswer> {
  let target = parts.guard.checkUrl(wanted.url)
  let message: Message = {
    method: wanted.method,
    headers: wanted.headers ?? {},
    body: bodyOf(wanted.body),
  }
  for (let redirects = 0; ; redirects++) {
    const answer = await exchange(parts, target, message, signal)
    const location = isRedirect(answer.status) ? answer.headers.location : undefined
    if (location === undefined) return { ...answer, url: target.url.href, redirects }
    if (redirects === limit) throw new OutboundRefused('TOO_MANY_REDIRECTS', `Refused: more than ${limit} redirects`)
    const next = parts.guard.checkUrl(location, target.url)
    message = redirected(message, { isGet: answer.status === 303, isElsewhere: next.url.origin !== target.url.origin })
    target = next
  }
}

const bodyOf = (body: OutboundRequest['body']): Message['body'] =>
  typeof body === 'string' || body instanceof Uint8Array ? Buffer.from(body) : body

const isRedirect = (status: number) => [301, 302, 303, 307, 308].includes(status)

const ofBody = ['content-type', 'content-length', 'content-encoding']
const ofOrigin = ['authorization', 'cookie', 'proxy-authorization']

/** What is meant for one origin is not told to another; a GET has no body to describe. */
function redirected(message: Message, { isGet, isElsewhere }: { isGet: boolean; isElsewhere: boolean }): Message {
  const dropped = new Set([...(isGet ? ofBody : []), ...(isElsewhere ? ofOrigin : [])])
  const headers = Object.fromEntries(Object.entries(message.headers).filter(([name]) => !dropped.has(name.toLowerCase())))
  return isGet ? { method: 'GET', headers, body: undefined } : { ...message, headers }
}

function afterOnMachine(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms)
  return () => clearTimeout(timer)
}
