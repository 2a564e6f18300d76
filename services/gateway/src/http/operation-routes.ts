import type { BlobStore } from '@voipbin/blob'
import { parseApiKey } from '@voipbin/contracts/api'
import { invalidArgument } from '@voipbin/contracts/errors'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Admit } from '../admission/admit.ts'
import { answers } from '../answers/index.ts'
import { checkHandshake } from '../answers/websocket.ts'
import { presentedBy } from '../identity/presented.ts'
import type { Sources } from '../operations/input.ts'
import type { Operation } from '../operations/operation.ts'
import type { RunOperation, Wish } from '../operations/run-operation.ts'
import { checkMediaType, readJsonBody } from './read-body.ts'
import { readForm, takeBack, type Upload } from './read-form.ts'
import { routeNotFound } from './route-not-found.ts'
import { traceOf } from './trace.ts'
import type { Upgrades } from './upgrades.ts'

export type OperationParts = {
  readonly operations: readonly Operation[]
  readonly admit: Admit
  readonly run: RunOperation
  readonly fetch: typeof globalThis.fetch
  readonly store: BlobStore
  readonly bodyLimitOctets: number
  readonly fileLimitOctets: number
}

type Texts = Sources['query']

/** One route an operation of the contracts. */
export async function addOperationRoutes(app: FastifyInstance, parts: OperationParts, upgrades: Upgrades): Promise<void> {
  if (parts.operations.some(takesForm)) await app.register((await import('@fastify/multipart')).default)
  for (const operation of parts.operations) {
    app.route({
      method: operation.verb,
      url: operation.url,
      config: { route: operation.name },
      onRequest: admitFirst(operation, parts.admit),
      handler: handlerOf(operation, parts, upgrades),
    })
  }
}

const takesForm = ({ entry }: Operation) => entry.body === 'multipart'

/** Before the body is looked at: whoever may not call sends it in vain. `/tags/` names no tag, so it is no route. */
function admitFirst(operation: Operation, admit: Admit) {
  const bodyKind = takesForm(operation) ? 'multipart' : 'json'
  const isWebSocket = operation.entry.answer === 'websocket'
  const readsBody = operation.verb !== 'GET'
  const { parameters } = parseApiKey(operation.name)
  return async (request: FastifyRequest): Promise<void> => {
    const { exchange, headers, raw, id: requestId } = request
    if (parameters.some((parameter) => (request.params as Record<string, string>)[parameter] === '')) throw routeNotFound(request)
    const presented = presentedBy(headers, request.query as Texts)
    exchange.caller = await admit(operation.admission, { address: exchange.address, presented, requestId })
    if (readsBody) checkMediaType(raw, bodyKind)
    if (isWebSocket) checkHandshake(raw)
  }
}

function handlerOf(operation: Operation, parts: OperationParts, upgrades: Upgrades) {
  const write = answers[operation.entry.answer ?? 'json']
  const answerParts = { fetch: parts.fetch, blobs: parts.store, upgrades }
  const produce = takesForm(operation) ? runWithForm : operation.verb === 'GET' ? runBare : runWithBody
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const output = await produce(operation, parts, request)
    return write(answerParts, { operation, output, request, reply })
  }
}

type Produce = (operation: Operation, parts: OperationParts, request: FastifyRequest) => Promise<unknown>

const runBare: Produce = async (operation, { run }, request) => run(operation, wishOf(request), () => textsOf(request))

const runWithBody: Produce = async (operation, { run, bodyLimitOctets }, request) =>
  run(operation, wishOf(request), async () => ({ ...textsOf(request), body: await readJsonBody(request.raw, bodyLimitOctets) }))

/** A file that no method accepted is not kept. */
const runWithForm: Produce = async (operation, parts, request) => {
  const { run, store, bodyLimitOctets, fileLimitOctets } = parts
  const wish = wishOf(request)
  const wishName = wish.idempotencyKey && `${wish.caller.actor.customer_id}\n${operation.name}\n${wish.idempotencyKey}`
  let upload: Upload | undefined
  try {
    return await run(operation, wish, async () => {
      if (!request.isMultipart()) return textsOf(request)
      const form = await readForm(request, { store, wishName, bodyLimitOctets, fileLimitOctets })
      upload = form.upload
      return { ...textsOf(request), form: form.texts, file: upload?.file }
    })
  } catch (error) {
    if (upload && isRefused(error)) await takeBack(store, upload)
    throw error
  }
}

/** Whether the method has surely not been done: after a timeout or a crash nobody knows. */
function isRefused(error: unknown): boolean {
  const status = error instanceof Error && 'status' in error ? error.status : 'INTERNAL'
  return status !== 'UNAVAILABLE' && status !== 'INTERNAL'
}

const textsOf = (request: FastifyRequest): Sources => ({
  parameters: request.params as Record<string, string>,
  query: request.query as Texts,
})

function wishOf({ id, headers, exchange }: FastifyRequest): Wish {
  if (!exchange.caller) throw new TypeError('A request was not admitted before it is done')
  return {
    requestId: id,
    trace: traceOf(headers['traceparent']),
    caller: exchange.caller,
    idempotencyKey: idempotencyKeyOf(headers['idempotency-key']),
  }
}

const KEY_FORM = /^[\x20-\x7e]{1,255}$/

function idempotencyKeyOf(given: string | string[] | undefined): string | undefined {
  if (given === undefined) return undefined
  if (typeof given === 'string' && KEY_FORM.test(given)) return given
  const rule = 'must be 1 to 255 printable ASCII characters'
  throw invalidArgument(`Header "Idempotency-Key" ${rule}`, [{ field: 'Idempotency-Key', rule }])
}
