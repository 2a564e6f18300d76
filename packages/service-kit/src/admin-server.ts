import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type Contract, methodDeclaration } from '@voipbin/contracts/contract'
import { invalidArgument, ServiceError, toServiceError } from '@voipbin/contracts/errors'
import { z } from 'zod'
import type { RawCall, RawTarget } from './client.ts'
import { runInContext, systemContext } from './context.ts'
import type { Health } from './define-service.ts'
import { httpStatuses } from './http-statuses.ts'
import { newRequestId } from './ids.ts'
import { kernelDeclarations } from './kernel-methods.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'

// Imported, `node:http` shows all its names, and one of them loads the whole of undici: 50 ms and 13 MB.
const { createServer } = process.getBuiltinModule('node:http')

export type AdminParts = {
  readonly host: string
  readonly port: number
  /** What an operator's command must show; health and metrics are open to whoever reaches the port. */
  readonly token: string
  readonly health: () => Promise<Health>
  readonly metrics: Metrics
  readonly contracts: readonly Contract[]
  readonly call: RawCall
  readonly newId: () => string
  readonly log: Logger
}

export type AdminServer = {
  readonly url: string
  /** Begins no more operator commands. Resolves when those in hand are answered, or after 5 s. */
  finishCommands(): Promise<void>
  close(): Promise<void>
}

const BODY_LIMIT_OCTETS = 1_048_576
/** A service elsewhere may keep a command for longer; who sent it then gets no answer, as after a crash. */
const FINISH_MS = 5000

/** `GET /health/live`, `/health/ready`, `/metrics`, and `POST /operate`: any method of any service, asked by the system itself. */
export async function startAdminServer(parts: AdminParts): Promise<AdminServer> {
  const commands = createCommands()
  const server = createServer((request, response) => {
    answer(parts, commands, request, response).catch((error: unknown) => {
      const failure = toServiceError(error)
      if (failure.status === 'INTERNAL') parts.log.error('admin request failed', { error: failure })
      send(response, httpStatuses[failure.status], { error: failure.toWire() })
    })
  })
  await listen(server, parts.host, parts.port)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${parts.host.includes(':') ? `[${parts.host}]` : parts.host}:${port}`,
    finishCommands: commands.finish,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })

async function answer(parts: AdminParts, commands: Commands, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = `${request.method} ${request.url?.split('?')[0]}`
  if (route === 'GET /health/live') return send(response, 200, { status: 'ok' })
  if (route === 'GET /health/ready') return sendHealth(response, await parts.health())
  if (route === 'GET /metrics') return sendMetrics(parts.metrics, response)
  if (route === 'POST /operate') return send(response, 200, { output: await commands.run(() => operate(parts, request)) })
  throw new ServiceError('NOT_FOUND', 'ROUTE_NOT_FOUND', `No such route: ${route}`)
}

type Commands = { run(command: () => Promise<unknown>): Promise<unknown>; finish(): Promise<void> }

/** Operator commands in hand. Services of other processes may be at work on them, so nothing here else waits for their answers. */
function createCommands(): Commands {
  const inHand = new Set<Promise<unknown>>()
  let isStopping = false
  return {
    async run(command) {
      if (isStopping) throw new ServiceError('UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'Cannot operate: this process is stopping')
      const running = command()
      inHand.add(running)
      return running.finally(() => inHand.delete(running))
    },
    async finish() {
      isStopping = true
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, FINISH_MS)
      })
      await Promise.race([Promise.allSettled(inHand), late])
      clearTimeout(timer)
    },
  }
}

function sendHealth(response: ServerResponse, health: Health): void {
  send(response, health.status === 'unavailable' ? 503 : 200, health)
}

async function sendMetrics(metrics: Metrics, response: ServerResponse): Promise<void> {
  const text = await metrics.render()
  response.writeHead(200, { 'content-type': metrics.contentType }).end(text)
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
}

const operation = z.object({ service: z.string(), method: z.string(), input: z.record(z.string(), z.unknown()).default({}) })

async function operate(parts: AdminParts, request: IncomingMessage): Promise<unknown> {
  if (!isAuthorised(request, parts.token)) {
    throw new ServiceError('UNAUTHENTICATED', 'INVALID_CREDENTIALS', 'Operator commands need the token of "admin.json" in the data folder')
  }
  const parsed = operation.safeParse(await readJson(request))
  if (!parsed.success) throw invalidArgument(`Cannot operate: ${z.prettifyError(parsed.error)}`)
  const { service, method, input } = parsed.data
  const context = systemContext({ requestId: newRequestId(), operationId: idempotencyKeyOf(request) ?? parts.newId() })
  parts.log.info('operator command', { request_id: context.requestId, target: service, method })
  return runInContext(context, () => parts.call(targetOf(parts.contracts, service, method), input))
}

/** A command that is sent again under the same key is done once, as on the public API. */
function idempotencyKeyOf(request: IncomingMessage): string | undefined {
  const key = request.headers['idempotency-key']
  return typeof key === 'string' && key !== '' ? key : undefined
}

function targetOf(contracts: readonly Contract[], service: string, method: string): RawTarget {
  const contract = contracts.find((candidate) => candidate.service === service)
  if (!contract) throw invalidArgument(`No service "${service}"`)
  const kernel = Object.entries(kernelDeclarations).find(([name]) => name === method)?.[1]
  if (!kernel && !Object.hasOwn(contract.methods, method)) throw invalidArgument(`Service "${service}" has no method "${method}"`)
  const { kind, timeout } = kernel ?? methodDeclaration(contract, method)
  return { service, method, kind, timeout }
}

function isAuthorised(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let octets = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    octets += chunk.length
    if (octets > BODY_LIMIT_OCTETS) throw invalidArgument('Body too large')
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  } catch (error) {
    throw new ServiceError('INVALID_ARGUMENT', 'INVALID_JSON_BODY', 'The body is not JSON', { cause: error })
  }
}
