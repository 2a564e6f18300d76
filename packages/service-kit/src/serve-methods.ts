import type { ReplyEnvelope, RequestEnvelope, RequestHandler } from '@voipbin/bus'
import type { Contract, MethodDeclaration } from '@voipbin/contracts/contract'
import { invalidArgument, ServiceError, toServiceError } from '@voipbin/contracts/errors'
import { compileProjection, type Projection } from '@voipbin/contracts/project'
import { type Database, DatabaseUnavailable } from '@voipbin/sql'
import type { z } from 'zod'
import type { AnyAnswer } from './answer.ts'
import type { Clock } from './clock.ts'
import { type Context, runInContext } from './context.ts'
import type { AnyNodeParts } from './define-node.ts'
import type { AnyParts } from './define-service.ts'
import { kernelMethods } from './kernel-methods.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import { type RunMethod, runners } from './run-method.ts'

type ServeParts = {
  readonly contract: Contract
  readonly methods: ReadonlyMap<string, Method>
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
}

/** A method as it is asked: what its input must be, and what runs it. */
type Method = { readonly input: z.ZodType; readonly run: RunMethod }

/** Answers a service's request queue: checks input, runs the method as its kind demands, checks and strips the output. */
export function createRequestHandler(parts: ServeParts): RequestHandler {
  const { methods } = parts
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

type TableParts = {
  readonly contract: Contract
  readonly answers: AnyParts['methods']
  readonly database: Database
  readonly clock: Clock
  readonly log: Logger
}

/** Those of a service with tables, and the kernel's own. */
export function compileMethods(parts: TableParts): Map<string, Method> {
  const compile = (answered: Answered) =>
    compileMethod(answered, (finish) =>
      runners[answered.declaration.kind]({ ...parts, ...answered, finish, service: parts.contract.service }),
    )
  const methods = new Map(
    declared(parts.contract, parts.answers as Readonly<Record<string, AnyAnswer>>).map((answered) => [answered.name, compile(answered)]),
  )
  for (const method of kernelMethods(parts.database)) methods.set(method.name, compile(method))
  return methods
}

/** Those of a node, which need nothing but their input. */
export function compileNodeMethods(contract: Contract, answers: AnyNodeParts['methods']): Map<string, Method> {
  const compile = ({ answer, ...answered }: { name: string; declaration: MethodDeclaration; answer: (input: never) => Promise<unknown> }) =>
    compileMethod(answered, (finish) => async (_request, input) => finish(await answer(input as never)))
  return new Map(declared(contract, answers).map((answered) => [answered.name, compile(answered)]))
}

/** @throws TypeError where a method is left unanswered, which the compiler should have seen */
function declared<A>(contract: Contract, answers: Readonly<Record<string, A>>) {
  return Object.entries(contract.methods).map(([name, declaration]) => {
    const answer = answers[name]
    if (!answer) throw new TypeError(`Service "${contract.service}" does not answer its method "${name}"`)
    return { name, declaration, answer }
  })
}

type Answered = { readonly name: string; readonly declaration: MethodDeclaration; readonly answer: AnyAnswer }

function compileMethod({ declaration }: { readonly declaration: MethodDeclaration }, run: (finish: Projection) => RunMethod): Method {
  const project = compileProjection(declaration.output, ['secret'], declaration.reveals)
  return { input: declaration.input.strict(), run: run((output) => project(declaration.output.parse(output))) }
}
