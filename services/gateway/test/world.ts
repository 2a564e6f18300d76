import { hash } from 'node:crypto'
import { join } from 'node:path'
import { agentContract } from '@voipbin/contracts/agent'
import type { Contract } from '@voipbin/contracts/contract'
import { customerContract } from '@voipbin/contracts/customer'
import { directContract } from '@voipbin/contracts/direct'
import { notFound, ServiceError, toServiceError } from '@voipbin/contracts/errors'
import { gatewayContract } from '@voipbin/contracts/gateway'
import { type Clock, defineService, type Environment } from '@voipbin/service-kit'
import { type System, startSystem } from '@voipbin/test-kit'
import { gatewayConfig } from '../src/config.ts'
import type { Caller, CredentialKind } from '../src/identity/caller.ts'
import { createCredentialKinds } from '../src/identity/credential-kinds.ts'
import { startGateway } from '../src/start-gateway.ts'
import { planContract, thingContract } from './thing-contract.ts'

export const ids = {
  acme: '11111111-1111-4111-8111-111111111111',
  other: '22222222-2222-4222-8222-222222222222',
  agent: '33333333-3333-4333-8333-333333333333',
  thing: '44444444-4444-4444-8444-444444444444',
  foreignThing: '55555555-5555-4555-8555-555555555555',
  part: '66666666-6666-4666-8666-666666666666',
  strayPart: '77777777-7777-4777-8777-777777777777',
  plan: '88888888-8888-4888-8888-888888888888',
  foreignPlan: '99999999-9999-4999-8999-999999999999',
  missing: 'aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa',
} as const

const time = '2026-01-01T00:00:00.000000Z'
const columns = { tm_create: time, tm_update: null, tm_delete: null, version: 1 }
type Row = Record<string, unknown>
const thingRow = (id: string, customer_id: string, fields: Row = {}): Row => ({
  ...{ id, customer_id, owner_id: ids.agent, name: 'one', cost: 7, pin: '1234' },
  ...columns,
  ...fields,
})

/** Callers that a test may be, beside holders of access keys. */
export const anAgent = (permission = 32, fields: Partial<Caller['actor']> = {}): Caller => ({
  actor: { kind: 'agent', id: ids.agent, customer_id: ids.acme, permission, ...fields },
  resourceTypes: [],
  customerStatus: 'active',
  frozenAt: null,
})
export const callers = {
  admin: anAgent(32),
  manager: anAgent(64),
  agent: anAgent(16),
  superAdmin: anAgent(1, { customer_id: ids.other }),
  accesskey: { ...anAgent(32, { kind: 'accesskey', id: ids.missing }) },
  delegate: { ...anAgent(32, { kind: 'delegate' }) },
  visitor: { ...anAgent(0, { kind: 'direct' }), resourceTypes: ['visit'] },
  stray: { ...anAgent(0, { kind: 'direct' }), resourceTypes: ['webchat_session'] },
} satisfies Record<string, Caller>

/** `Authorization: Bearer fake.<caller as JSON>`: the injection point for kinds of callers that nothing issues yet. */
const fakeKind: CredentialKind = {
  find: ({ bearer }) => (bearer?.startsWith('fake.') ? bearer.slice(5) : undefined),
  authenticate: (token) => JSON.parse(Buffer.from(token, 'base64url').toString()) as Caller,
  watches: [],
}
export const headersOf = (caller: Caller) => ({ authorization: bearerOf(caller) })
export const bearerOf = (caller: Caller) => `Bearer fake.${Buffer.from(JSON.stringify(caller)).toString('base64url')}`

/** Access keys that the fake customer service knows. */
export type Key = { token: string; customer_id?: string; status?: string; frozenAt?: string; tm_expire?: string | null; id?: string }

/** What a service gets to see of a request. */
export type RequestEnvelope = Parameters<Parameters<System['bus']['serve']>[1]>[0]
type Answers = Record<string, (input: Row, request: RequestEnvelope) => unknown>
export type WorldOptions = {
  readonly env?: Environment
  readonly clock?: Clock
  readonly keys?: readonly Key[]
  readonly answers?: Answers
  /** More contracts to serve, answered by `answers`. */
  readonly contracts?: readonly Contract[]
  /** Services that nobody runs. */
  readonly absent?: readonly string[]
}
export type Sent = {
  readonly as?: Caller | undefined
  readonly headers?: Record<string, string>
  /** Sent as JSON text with its content type. */
  readonly json?: unknown
  readonly body?: NonNullable<RequestInit['body']>
}
export type Answered = { readonly status: number; readonly headers: Headers; readonly text: string; readonly body: Row }

export type World = {
  readonly url: string
  readonly system: System
  /** Every request that reached a fake service. */
  readonly calls: readonly RequestEnvelope[]
  readonly keys: Key[]
  /** What a fake service answers from now on. */
  readonly answers: Answers
  send(method: string, path: string, sent?: Sent): Promise<Answered>
  /** The input with which a method was called last. */
  lastInput(method: string): unknown
  close(): Promise<void>
}

/** The gateway alone, its neighbours faked by contract. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const gateway = defineService({
    contract: gatewayContract,
    config: gatewayConfig,
    folder: { dirname: join(import.meta.dirname, '../src') },
    start: (kit) => startGateway(kit, (parts) => [fakeKind, ...createCredentialKinds(parts)]),
  })
  const env = { VOIPBIN_HTTP_PORT: '0', ...options.env }
  const contracts = [gatewayContract, customerContract, directContract, planContract, thingContract, ...(options.contracts ?? [])]
  const system = await startSystem({ services: [gateway], contracts, env, ...(options.clock && { clock: options.clock }) })
  const calls: RequestEnvelope[] = []
  const keys = [...(options.keys ?? [])]
  const answers: Answers = { ...fakeAnswers(keys), ...options.answers }
  // Agents are known to the gateway itself; their operations would meet those of things.
  for (const contract of [agentContract, ...contracts.slice(1)].filter(({ service }) => !options.absent?.includes(service)))
    await serve(system, contract, answers, calls)
  const url = system.platform.descriptions[0]?.replace('API ', '') ?? ''

  async function send(method: string, path: string, { as, headers = {}, json, body }: Sent = {}): Promise<Answered> {
    const authorization = as ? { authorization: bearerOf(as) } : {}
    const type = json === undefined ? {} : { 'content-type': 'application/json' }
    const content = json === undefined ? body : JSON.stringify(json)
    const response = await fetch(`${url}${path}`, {
      ...{ method, redirect: 'manual', headers: { ...type, ...authorization, ...headers } },
      ...(content !== undefined && { body: content }),
    })
    const text = await response.text()
    const isJson = text !== '' && response.headers.get('content-type')?.startsWith('application/json')
    return { status: response.status, headers: response.headers, text, body: isJson ? (JSON.parse(text) as Row) : {} }
  }

  return {
    ...{ url, system, calls, keys, answers, send },
    lastInput: (method) => calls.findLast((call) => call.method === method)?.input,
    close: () => system.close(),
  }
}

/** Strict as a real service: an input that it does not know is INVALID_ARGUMENT. */
async function serve(system: System, contract: Contract, answers: Answers, calls: RequestEnvelope[]): Promise<void> {
  const answerOne = async (request: RequestEnvelope) => {
    calls.push(request)
    const method = contract.methods[request.method]
    const answer = answers[request.method]
    if (!method || !answer) throw new TypeError(`No fake answer to "${request.method}"`)
    const input = method.input.strict().safeParse(request.input)
    if (!input.success) throw new ServiceError('INVALID_ARGUMENT', 'INVALID_ARGUMENT', `The owner refuses: ${input.error.message}`)
    return answer(input.data as Row, request)
  }
  await system.bus.serve(
    contract.service,
    async (request) => {
      try {
        return { output: await answerOne(request) }
      } catch (error) {
        return { error: toServiceError(error).toWire() }
      }
    },
    { concurrency: 64, commands: [] },
  )
}

function fakeAnswers(keys: readonly Key[]): Answers {
  const things = new Map([thingRow(ids.thing, ids.acme), thingRow(ids.foreignThing, ids.other)].map((row) => [row['id'], row]))
  const parts = new Map(
    [
      { id: ids.part, customer_id: ids.acme, thing_id: ids.thing, name: 'p', ...columns },
      { id: ids.strayPart, customer_id: ids.acme, thing_id: ids.missing, name: 'q', ...columns },
    ].map((row) => [row.id as unknown, row]),
  )
  const plans = new Map(
    [
      { id: ids.plan, customer_id: ids.acme, name: 'p', ...columns },
      { id: ids.foreignPlan, customer_id: ids.other, name: 'p', ...columns },
    ].map((row) => [row.id as unknown, row]),
  )
  const get = (rows: Map<unknown, Row>, name: string) => (input: Row) => {
    const row = rows.get(input['id'])
    if (!row) throw notFound(name, String(input['id']))
    return row
  }
  const getThing = get(things, 'thing')
  const page = () => ({ result: [...things.values()].slice(0, 1), next_page_token: '' })
  return {
    ...{ getThing, getSelf: (input) => ({ ...thingRow(ids.thing, ids.acme), id: input['id'] }) },
    ...{ getPart: get(parts, 'part'), getPlan: get(plans, 'plan') },
    ...{ listThings: page, listOwn: page, listAll: page },
    createThing: (input) => thingRow(ids.thing, String(input['customer_id']), { name: input['name'] }),
    updateThing: (input) => ({ ...getThing(input), name: input['name'] }),
    ...{ deleteThing: getThing, startThing: getThing, dropThing: () => ({}) },
    listNotes: () => ({ result: [] }),
    renamePart: (input) => ({ ...parts.get(input['part_id']), name: input['name'] }),
    readKind: ({ kind, number }) => ({ kind, number }),
    logIn: () => ({ token: 'jwt' }),
    confirm: ({ token }) => ({ html: `<p>${String(token).length}</p>` }),
    greet: () => ({ text: 'hello' }),
    upload: ({ file }) => ({ file }),
    authenticateAccesskey: ({ token_hash }) => {
      const key = keys.find(({ token }) => hash('sha256', token, 'hex') === token_hash)
      if (!key) throw new ServiceError('NOT_FOUND', 'ACCESSKEY_NOT_FOUND', 'No such access key')
      return {
        ...{ id: key.id ?? ids.missing, customer_id: key.customer_id ?? ids.acme },
        ...{ customer_status: key.status ?? 'active', tm_expire: key.tm_expire ?? null },
        customer_tm_deletion_scheduled: key.frozenAt ?? null,
      }
    },
  }
}
