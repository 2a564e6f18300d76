import type { Socket } from 'node:net'
import { ServiceError } from '@voipbin/contracts/errors'
import type { Clock, Listening, Logger } from '@voipbin/service-kit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { ClientAddress } from './client-address.ts'
import { corsHeaders, preflightHeaders } from './cors.ts'
import { errorBody, httpStatusOf, retryAfterOf, toRefusal } from './error-answer.ts'
import { listenOn } from './listen-on.ts'
import type { Exchange, Observe } from './observe.ts'
import { requestIdOf } from './request-id.ts'
import { routeNotFound } from './route-not-found.ts'
import { acceptUpgrades, isWebSocketRequest, type Upgrades } from './upgrades.ts'

declare module 'fastify' {
  interface FastifyRequest {
    exchange: Exchange
  }
  interface FastifyContextConfig {
    /** `GET /v1.0/tags/:id` */
    route?: string
  }
}

export type ServerParts = {
  readonly host: string
  readonly port: number
  readonly clientAddress: ClientAddress
  readonly observe: Observe
  readonly clock: Clock
  readonly log: Logger
  /** Counts requests that no route knows. @throws RATE_LIMIT_EXCEEDED */
  readonly limitUnknown: (address: string) => Promise<void>
  readonly addRoutes: (app: FastifyInstance, upgrades: Upgrades) => Promise<void> | void
}

/** Longer than any load balancer keeps a connection that it means to use again. */
const KEEP_ALIVE_MS = 72_000
/** A request must have arrived whole by then; uploads included. */
const ARRIVAL_TIMEOUT_MS = 300_000
/** Requests in hand at the end get this long. */
const FINISH_MS = 20_000
/** Path parameters are bounded by the limit on headers, not by the router, which would answer 404 for a long id. */
const MAX_PARAMETER_LENGTH = 16_384
const UNKNOWN_ROUTE = 'unknown'

/** Opens the public port. @throws SettingError where it cannot be had */
export async function openServer(parts: ServerParts): Promise<Listening> {
  const { fastify } = await import('fastify')
  const app: FastifyInstance = fastify({
    logger: false,
    requestIdHeader: false,
    genReqId: ({ headers }) => requestIdOf(headers['x-request-id']),
    exposeHeadRoutes: false,
    return503OnClosing: false,
    keepAliveTimeout: KEEP_ALIVE_MS,
    requestTimeout: ARRIVAL_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    http: { shouldUpgradeCallback: isWebSocketRequest },
    clientErrorHandler: refuseBrokenRequest,
    frameworkErrors: (error, request, reply) => refuse(parts.log, error, request, reply),
  })
  readBodiesOurselves(app)
  const ending = { hasBegun: false }
  addExchange(app, parts, ending)
  addUnknown(app, parts)
  const upgrades = acceptUpgrades(app)
  await parts.addRoutes(app, upgrades)
  const description = await listenOn(app, parts)
  return { description, close: () => closeServer({ app, upgrades, ending, clock: parts.clock }) }
}

/** Bodies are read after the caller is known, within our own limits: the framework hands them over untouched. */
function readBodiesOurselves(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null))
}

function addExchange(app: FastifyInstance, { clientAddress, observe, clock, log }: ServerParts, ending: Ending): void {
  app.decorateRequest('exchange')
  app.addHook('onRequest', (request, reply, done) => {
    request.exchange = {
      route: request.routeOptions.config.route ?? UNKNOWN_ROUTE,
      address: clientAddress(request.raw),
      startedMs: clock.monotonic(),
      caller: undefined,
      reason: undefined,
    }
    reply.header('x-request-id', request.id)
    if (request.headers.origin !== undefined) reply.headers(corsHeaders)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    observe(request, reply.statusCode)
    // Connections that were busy when the end began are not idle ones that the framework closes.
    if (ending.hasBegun) request.raw.socket.end()
    done()
  })
  app.setErrorHandler((error, request, reply) => refuse(log, error, request, reply))
}

function addUnknown(app: FastifyInstance, { limitUnknown }: ServerParts): void {
  app.options('*', (request, reply) => {
    const { origin, 'access-control-request-method': method } = request.headers
    if (origin === undefined || method === undefined) throw routeNotFound(request)
    return reply.code(204).headers(preflightHeaders).send()
  })
  app.setNotFoundHandler(async (request) => {
    await limitUnknown(request.exchange.address)
    throw routeNotFound(request)
  })
}

/** The one way in which anything is refused. What failed here is logged with its stack; what failed in a service, that service has logged. */
function refuse(log: Logger, thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = toRefusal(thrown)
  if (request.exchange) request.exchange.reason = refusal.reason
  if (refusal.status === 'INTERNAL' && refusal.cause !== undefined) log.error('request failed', { request_id: request.id, error: refusal })
  const seconds = retryAfterOf(refusal)
  if (seconds !== undefined) reply.header('retry-after', String(seconds))
  reply.code(httpStatusOf(refusal)).headers({ 'content-type': 'application/json; charset=utf-8', 'x-request-id': request.id })
  return reply.send(errorBody(refusal, request.id))
}

/** What is not even HTTP gets our envelope as well, as far as its socket still takes one. */
function refuseBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const id = requestIdOf(undefined)
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  const refusal = isLate
    ? new ServiceError('UNAVAILABLE', 'REQUEST_TIMEOUT', 'The request did not arrive in time')
    : new ServiceError('INVALID_ARGUMENT', 'INVALID_ARGUMENT', 'The request is not valid HTTP, or its headers are too large')
  const body = errorBody(refusal, id)
  const head = [
    `HTTP/1.1 ${isLate ? '503 Service Unavailable' : '400 Bad Request'}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${id}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
}

type Ending = { hasBegun: boolean }
type Closing = { readonly app: FastifyInstance; readonly upgrades: Upgrades; readonly ending: Ending; readonly clock: Clock }

/** Takes no more connections and finishes what is in hand, within bounds. */
async function closeServer({ app, upgrades, ending, clock }: Closing): Promise<void> {
  ending.hasBegun = true
  const giveUp = clock.after(FINISH_MS, () => app.server.closeAllConnections())
  upgrades.close()
  await app.close().finally(giveUp)
}
