import { type Bus, type ReplyEnvelope, type RequestEnvelope, TransportError } from '@voipbin/bus'
import {
  type Contract,
  type MethodArguments,
  type MethodDeclaration,
  type MethodName,
  type MethodOutput,
  methodDeclaration,
} from '@voipbin/contracts/contract'
import { ServiceError } from '@voipbin/contracts/errors'
import { compileProjection, type Projection } from '@voipbin/contracts/project'
import { deriveId, isInsideTransaction } from '@voipbin/sql'
import { type Breaker, BreakerOpen, createBreaker } from './breaker.ts'
import { type Clock, sleep } from './clock.ts'
import { type Context, currentContext, systemContext } from './context.ts'
import { newRequestId } from './ids.ts'
import type { Metrics } from './metrics.ts'

export type CallOptions = {
  /** Names the wish; a repetition with the same id is answered and not done again. */
  readonly operationId?: string
  /** The operation id has probably been sent before: the owner looks for a stored reply first. */
  readonly repeated?: boolean
  /** Whoever calls tries again himself. */
  readonly isTriedOnce?: boolean
  /** An answer that comes later is worth nothing: what still waits to be done then is not done. Default by the method. */
  readonly timeoutMs?: number
}

/** One function a method of the contract. @throws ServiceError, nothing else */
export type Client<C extends Contract> = {
  readonly [M in MethodName<C>]: (input: MethodArguments<C, M>, options?: CallOptions) => Promise<MethodOutput<C, M>>
}
/** The one of a contract with nodes takes the name of the node that is meant. */
export type Clients = <C extends Contract>(contract: C, ...node: C extends { readonly nodes: true } ? [name: string] : []) => Client<C>
/** On the bus, a node is a service of its own. */
export const nodeAddress = (service: string, node: string) => `${service}.${node}`

/** A call whose contract is only known at run time: durable requests, operators. */
export type RawCall = (target: RawTarget, input: unknown, options?: CallOptions) => Promise<unknown>
export type RawTarget = {
  readonly service: string
  readonly method: string
  readonly kind: MethodDeclaration['kind']
  readonly timeout: MethodDeclaration['timeout']
}

export type Caller = { readonly clients: Clients; readonly call: RawCall }

type Parts = {
  readonly bus: Bus
  readonly clock: Clock
  readonly newId: () => string
  readonly publisher: string
  readonly metrics: Metrics
}

export const timeoutMs: Readonly<Record<MethodDeclaration['timeout'], number>> = { default: 30_000, long: 120_000, stream: 86_400_000 }
/** Waits before each further try; together they stay inside the default deadline. */
const RETRY_DELAYS_MS = [0, 1000, 2000, 4000, 8000]
/** Reasons by which a service passes on that one behind it is away: its client has tried already. */
const TRIED_BEHIND: ReadonlySet<string> = new Set(['SERVICE_UNAVAILABLE', 'REQUEST_TIMEOUT'])

/** Typed clients of every contract over one bus, with deadline, retries and a breaker a target. */
export function createCaller(parts: Parts): Caller {
  const breakers = new Map<string, Breaker>()
  const clients = new WeakMap<Contract, Map<string, Client<Contract>>>()
  parts.metrics.gauge('voipbin_breaker_open', '1 while requests to a service are refused without trying', ['service', 'target'], async () =>
    [...breakers].map(([target, breaker]) => ({ labels: { service: parts.publisher, target }, value: breaker.isOpen() ? 1 : 0 })),
  )

  function breakerOf(target: string): Breaker {
    const known = breakers.get(target)
    if (known) return known
    const breaker = createBreaker(parts.clock)
    breakers.set(target, breaker)
    return breaker
  }

  const call: RawCall = async (target, input, options = {}) => {
    if (isInsideTransaction()) throw insideTransaction(`${target.service}.${target.method}`)
    const context = currentContext() ?? systemContext({ requestId: newRequestId(), operationId: parts.newId() })
    const request = envelope(parts, target, { input, options, context })
    return attempt(parts, breakerOf(target.service), request, options.isTriedOnce === true || target.kind === 'command')
  }

  function build(contract: Contract, service: string): Client<Contract> {
    const methods = Object.keys(contract.methods).map((method) => [method, createMethod(contract, { service, method, call })])
    return Object.fromEntries(methods) as Client<Contract>
  }

  return {
    call,
    clients(contract, node?: string) {
      const service = node === undefined ? contract.service : nodeAddress(contract.service, node)
      const known = clients.get(contract) ?? new Map<string, Client<Contract>>()
      clients.set(contract, known)
      const built = known.get(service) ?? build(contract, service)
      known.set(service, built)
      return built as Client<typeof contract>
    },
  }
}

type Method = { readonly service: string; readonly method: string; readonly call: RawCall }

function createMethod(contract: Contract, { service, method, call }: Method) {
  const { kind, timeout, output } = methodDeclaration(contract, method)
  const target: RawTarget = { service, method, kind, timeout }
  let project: Projection | undefined
  return async (input: unknown, options?: CallOptions) => {
    const reply = await call(target, input, options)
    project ??= compileProjection(output)
    return project(reply)
  }
}

type Wish = { readonly input: unknown; readonly options: CallOptions; readonly context: Context }

function envelope(parts: Parts, target: RawTarget, { input, options, context }: Wish): RequestEnvelope {
  const operationId =
    options.operationId ?? (target.kind === 'query' ? '' : deriveId(context.operationId, target.service, target.method, context.ordinal++))
  return {
    service: target.service,
    method: target.method,
    input,
    deadline: Math.min(context.deadline, parts.clock.now() + (options.timeoutMs ?? timeoutMs[target.timeout])),
    operation_id: operationId,
    repeated: options.repeated ?? options.operationId !== undefined,
    request_id: context.requestId,
    trace: context.trace,
    actor: context.actor,
    publisher: parts.publisher,
  }
}

/** Tries until a reply comes that is worth giving to the caller, or the deadline. Commands are tried once. */
async function attempt(parts: Parts, breaker: Breaker, request: RequestEnvelope, isTriedOnce: boolean): Promise<unknown> {
  for (let tried = 0; ; tried++) {
    const outcome = await once(parts, breaker, tried === 0 ? request : { ...request, repeated: true })
    if ('output' in outcome) return outcome.output
    const delayMs = RETRY_DELAYS_MS[tried]
    if (isTriedOnce || !outcome.retry || delayMs === undefined || parts.clock.now() + delayMs >= request.deadline) throw outcome.error
    if (delayMs > 0) await sleep(parts.clock, delayMs)
  }
}

type Outcome = { readonly output: unknown } | { readonly error: ServiceError; readonly retry: boolean }

async function once(parts: Parts, breaker: Breaker, request: RequestEnvelope): Promise<Outcome> {
  try {
    const reply: ReplyEnvelope = await breaker.run(() => parts.bus.request(request))
    if ('output' in reply) return reply
    return {
      error: ServiceError.fromWire(reply.error),
      retry: reply.error.status === 'UNAVAILABLE' && !TRIED_BEHIND.has(reply.error.reason),
    }
  } catch (error) {
    if (error instanceof BreakerOpen) return { error: unavailable(request, error), retry: isBusAway(error.cause) }
    if (!(error instanceof TransportError)) throw error
    const isTimeout = error.kind === 'timeout'
    return { error: isTimeout ? timedOut(request, error) : unavailable(request, error), retry: isBusAway(error) }
  }
}

/** Then a while may help. Where the bus is there and nobody serves the target, its caller is told at once. */
const isBusAway = (error: unknown) => error instanceof TransportError && error.kind === 'closed'

const unavailable = ({ service }: RequestEnvelope, cause: unknown) =>
  new ServiceError('UNAVAILABLE', 'SERVICE_UNAVAILABLE', `Service "${service}" cannot be reached`, { cause })

const timedOut = ({ service, method }: RequestEnvelope, cause: unknown) =>
  new ServiceError('UNAVAILABLE', 'REQUEST_TIMEOUT', `No answer of "${service}" to "${method}" in time`, { cause })

export function insideTransaction(what: string): ServiceError {
  return new ServiceError(
    'INTERNAL',
    'CALL_INSIDE_TRANSACTION',
    `Cannot call "${what}" inside a transaction: use tx.request, or a job outside it`,
  )
}
