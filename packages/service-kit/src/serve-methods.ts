import type { ReplyEnvelope, RequestEnvelope, RequestHandler } from '@voipbin/bus'
import type { Contract, MethodDeclaration } from '@voipbin/contracts/contract'
import { invalidArgument, ServiceError, toServiceError } from '@voipbin/contracts/errors'
import { compileProjection, type Projection } from '@voipbin/contracts/project'
import { type Database, DatabaseUnavailable, digest, type Origin, type StoredOperation } from '@voipbin/sql'
import type { z } from 'zod'
import type { Clock } from './clock.ts'
import { type Context, runInContext } from './context.ts'
import type { AnyAnswer, AnyParts, Ctx } from './define-service.ts'
import { kernelMethods } from './kernel-methods.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import { seal, unseal } from './sealed-reply.ts'

export type ServeParts = {
  readonly contract: Contract
  readonly methods: AnyParts['methods']
  readonly database: Database
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
}

type Run = (request: RequestEnvelope, input: unknown) => Promise<unknown>
type Method = { readonly declaration: MethodDeclaration; readonly input: z.ZodType; readonly run: Run }

/** Answers a service's request queue: checks input, runs the method as its kind demands, checks and strips the output. */
export function createRequestHandler(parts: ServeParts): RequestHandler {
  const methods = compileMethods(parts)
  const service = parts.contract.service
  const seconds = parts.metrics.histogram('voipbin_request_seconds', 'Time to answer a request', ['service', 'method'])
  const failures = parts.metrics.counter('voipbin_request_errors_total', 'Requests answered with an error', [
    'service',
    'method',
    'status',
    'reason',
  ])

  return async (request): Promise<ReplyEnvelope> => {
    const start = parts.clock.monotonic()
    const label = methods.has(request.method) ? request.method : 'unknown'
    try {
      const method = methods.get(request.method)
      if (!method) throw new ServiceError('UNAVAILABLE', 'METHOD_NOT_SERVED', `Service "${service}" does not answer "${request.method}"`)
      return { output: await runInContext(contextOf(request), () => method.run(request, parseInput(method.input, request))) }
    } catch (error) {
      const failure = fromAnything(error)
      failures.add({ service, method: label, status: failure.status, reason: failure.reason })
      logFailure(parts.log, request, failure, parts.clock.monotonic() - start)
      return { error: failure.toWire() }
    } finally {
      seconds.observe({ service, method: label }, (parts.clock.monotonic() - start) / 1000)
    }
  }
}

function contextOf(request: RequestEnvelope): Context {
  const { request_id: requestId, trace, actor, deadline, operation_id: operationId } = request
  return { requestId, trace, actor, deadline, operationId: operationId || requestId, ordinal: 0 }
}

function parseInput(schema: z.ZodType, request: RequestEnvelope): unknown {
  const parsed = schema.safeParse(request.input)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map((issue) => ({ field: issue.path.join('.') || issueKeys(issue), rule: issue.message }))
  const [first] = issues
  throw invalidArgument(`Cannot ${request.method}: field "${first?.field}": ${first?.rule}`, issues.slice(0, 20))
}

const issueKeys = (issue: z.core.$ZodIssue) => ('keys' in issue ? String(issue.keys) : '')

function fromAnything(error: unknown): ServiceError {
  if (error instanceof DatabaseUnavailable)
    return new ServiceError('UNAVAILABLE', 'DATABASE_UNAVAILABLE', 'The database cannot be reached', { cause: error })
  return toServiceError(error)
}

function logFailure(log: Logger, request: RequestEnvelope, failure: ServiceError, durationMs: number): void {
  const fields = {
    request_id: request.request_id,
    customer_id: request.actor.customer_id,
    method: request.method,
    status: failure.status,
    reason: failure.reason,
    duration_ms: Math.round(durationMs),
  }
  if (failure.status === 'INTERNAL') log.error('request failed', { ...fields, error: failure })
  else if (failure.status === 'UNAVAILABLE') log.warn('request failed', { ...fields, error: failure })
  else log.debug('request refused', { ...fields, detail: failure.message })
}

function compileMethods(parts: ServeParts): Map<string, Method> {
  const methods = new Map<string, Method>()
  for (const [name, declaration] of Object.entries(parts.contract.methods)) {
    const answer = parts.methods[name]
    if (!answer) throw new TypeError(`Service "${parts.contract.service}" does not answer its method "${name}"`)
    methods.set(name, compileMethod(parts, name, declaration, answer as AnyAnswer))
  }
  for (const { name, declaration, answer } of kernelMethods(parts.database))
    methods.set(name, compileMethod(parts, name, declaration, answer))
  return methods
}

function compileMethod(parts: ServeParts, name: string, declaration: MethodDeclaration, answer: AnyAnswer): Method {
  const project = compileProjection(declaration.output, ['secret'], declaration.reveals)
  const finish = (output: unknown) => project(declaration.output.parse(output))
  return { declaration, input: declaration.input.strict(), run: runners[declaration.kind]({ parts, name, declaration, answer, finish }) }
}

type Compiled = {
  readonly parts: ServeParts
  readonly name: string
  readonly declaration: MethodDeclaration
  readonly answer: AnyAnswer
  readonly finish: Projection
}

const runners: Readonly<Record<MethodDeclaration['kind'], (method: Compiled) => Run>> = {
  query:
    ({ parts, answer, finish }) =>
    async (_request, input) =>
      finish(await answer(parts.database.read(), input)),
  command:
    ({ parts, answer, finish }) =>
    async (request, input) =>
      finish(await answer(createCtx(parts, originOf(parts.contract.service, request)), input)),
  mutation: (method) => (request, input) => mutate(method, request, input),
}

const originOf = (service: string, request: RequestEnvelope): Origin => ({
  service,
  operationId: request.operation_id || request.request_id,
  requestId: request.request_id,
  trace: request.trace,
})

/** What commands and outside jobs get; each transaction in it names its nested work after the one before. */
export function createCtx(parts: Pick<ServeParts, 'database' | 'clock' | 'log'>, origin: Origin): Ctx {
  let count = 0
  return {
    log: parts.log,
    clock: parts.clock,
    read: () => parts.database.read(),
    transaction: (work) => parts.database.transaction({ ...origin, operationId: `${origin.operationId}#${count++}` }, work),
  }
}

/** One transaction whose reply is stored under its operation id, so that a repetition gets the reply and changes nothing. */
async function mutate(mutation: Compiled, request: RequestEnvelope, input: unknown): Promise<unknown> {
  const { parts, name, answer, finish } = mutation
  const { database, contract } = parts
  const origin = originOf(contract.service, request)
  if (request.operation_id === '') return database.transaction(origin, async (tx) => finish(await answer(tx, input)))
  const hash = digest(`${request.actor.customer_id}\n${request.operation_id}`)
  const inputHash = digest(`${name}\n${JSON.stringify(input)}`)
  if (request.repeated) {
    const stored = await database.operations.find(database.engine.reader, hash)
    if (stored) return storedReply(mutation, stored, request, inputHash)
  }
  try {
    return await database.transaction(origin, async (tx) => {
      const output = finish(await answer(tx, input))
      const text = JSON.stringify(output)
      const reply = mutation.declaration.reveals.length > 0 ? seal(request.operation_id, text) : text
      await database.operations.store(tx.connection, hash, { method: name, inputHash, reply }, tx.now)
      return output
    })
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error
    // Done already, perhaps a moment ago: then what was refused is the repetition, because the first one left no room for it.
    const stored = await database.operations.find(database.engine.reader, hash)
    if (!stored) throw error
    return storedReply(mutation, stored, request, inputHash)
  }
}

function storedReply(mutation: Compiled, stored: StoredOperation, request: RequestEnvelope, inputHash: string): unknown {
  if (stored.inputHash !== inputHash) {
    throw new ServiceError(
      'ALREADY_EXISTS',
      'IDEMPOTENCY_KEY_REUSED',
      `Cannot ${mutation.name}: the idempotency key was used for another request`,
    )
  }
  return JSON.parse(mutation.declaration.reveals.length > 0 ? unseal(request.operation_id, stored.reply) : stored.reply)
}
