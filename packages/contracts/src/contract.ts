import type { z } from 'zod'
import { type ApiEntry, type ApiTable, parseApiKey } from './api.ts'
import { entityMeta } from './entity.ts'

export type ObjectSchema = z.ZodObject<z.ZodRawShape>
export type MethodKind = 'query' | 'mutation' | 'command'
/** Deadline of a request: default 30 s, long 120 s, stream none. */
export type MethodTimeout = 'default' | 'long' | 'stream'

export type MethodDeclaration<K extends MethodKind = MethodKind, I extends ObjectSchema = ObjectSchema, O extends z.ZodType = z.ZodType> = {
  readonly kind: K
  readonly input: I
  readonly output: O
  readonly timeout: MethodTimeout
  /** Secret fields that this output, and no other, carries. */
  readonly reveals: readonly string[]
  /** Of a command: it has one transaction, whose result is the reply, and that is stored under the operation id as a mutation's is. */
  readonly isOnce: boolean
}
type MethodOptions = { timeout?: MethodTimeout; reveals?: readonly string[]; isOnce?: boolean }

const declare =
  <K extends MethodKind>(kind: K) =>
  <I extends ObjectSchema, O extends z.ZodType>(input: I, output: O, options: MethodOptions = {}): MethodDeclaration<K, I, O> => ({
    kind,
    input,
    output,
    timeout: options.timeout ?? 'default',
    reveals: options.reveals ?? [],
    isOnce: options.isOnce ?? false,
  })

/** `(read, input)`: may not write, may be repeated. */
export const query = declare('query')
/** `(tx, input)`: one transaction whose result is the reply; repeated safely under its operation id. */
export const mutation = declare('mutation')
/** `(ctx, input)`: media and vendor work; opens transactions itself, is never repeated. */
export const command = declare('command')
/**
 * A command that looks around first and then does all that it does in one transaction: repeated under its operation id, it answers what it
 * answered, and looks no more.
 */
export const commandOnce = <I extends ObjectSchema, O extends z.ZodType>(input: I, output: O) => command(input, output, { isOnce: true })

export type EventDeclaration<S extends z.ZodType = z.ZodType> = {
  readonly payload: S
  /** Sent to customers: webhooks and WebSocket. Default false. */
  readonly public: boolean
  /** Extra WebSocket topics: `customer_id:{customer_id}:aicall:{aicall_id}`; braces name payload fields. */
  readonly topics: readonly string[]
  /** Payload field whose value orders this event; default the resource's `id`, which also stands in for a field that is nil or empty. */
  readonly order_key: string
}
type EventOptions = { public?: boolean; topics?: readonly string[]; order_key?: string }

/** An event that needs more than a payload; a bare schema in `events` means no options. */
export const event = <S extends z.ZodType>(payload: S, options: EventOptions = {}): EventDeclaration<S> => ({
  payload,
  public: options.public ?? false,
  topics: options.topics ?? [],
  order_key: options.order_key ?? 'id',
})

type Methods = { readonly [name: string]: MethodDeclaration }
type Events = { readonly [type: string]: z.ZodType | EventDeclaration }

export type Contract<E extends Events = Events, M extends Methods = Methods> = {
  /** Short name: `tag`. On the wire `bin-tag-manager`, `bin-manager.tag.request`. */
  readonly service: string
  /** Served by nodes that keep no tables, each under its own name: whoever asks names one, and their events are not durable before the bus has them. */
  readonly nodes?: true
  readonly events: E
  readonly methods: M
  readonly api: ApiTable
}

/** Freezes a domain's contract. @throws TypeError where its API table contradicts its methods. */
export function defineContract<E extends Events, M extends Methods>(contract: {
  readonly service: string
  readonly events: E
  readonly methods: M
  readonly api: ApiTable<keyof M & string>
}): Contract<E, M> {
  checkApi(contract)
  return contract
}

/** Of a service whose instances keep no tables and are asked by name: nothing from outside, and commands alone. */
export function defineNodeContract<E extends Events, M extends { readonly [name: string]: MethodDeclaration<'command'> }>(contract: {
  readonly service: string
  readonly events: E
  readonly methods: M
}): NodeContract<E, M> {
  return { ...defineContract({ ...contract, api: {} }), nodes: true }
}
export type NodeContract<E extends Events = Events, M extends Methods = Methods> = Contract<E, M> & { readonly nodes: true }

export type MethodName<C extends Contract> = keyof C['methods'] & string
export type MethodInput<C extends Contract, M extends MethodName<C>> = z.output<C['methods'][M]['input']>
/** What a caller passes: defaults may be left out. */
export type MethodArguments<C extends Contract, M extends MethodName<C>> = z.input<C['methods'][M]['input']>
export type MethodOutput<C extends Contract, M extends MethodName<C>> = z.output<C['methods'][M]['output']>
export type KindOf<C extends Contract, M extends MethodName<C>> = C['methods'][M]['kind']

export type EventType<C extends Contract> = keyof C['events'] & string
type PayloadSchema<D> = D extends EventDeclaration<infer S> ? S : D extends z.ZodType ? D : never
export type EventPayload<C extends Contract, E extends EventType<C>> = z.output<PayloadSchema<C['events'][E]>>
/** The events of a contract that carry this payload. */
export type EventsOf<C extends Contract, T> = {
  [E in EventType<C>]: [EventPayload<C, E>] extends [T] ? ([T] extends [EventPayload<C, E>] ? E : never) : never
}[EventType<C>]

export function eventDeclaration(contract: Contract, type: string): EventDeclaration {
  const declared = own(contract.events, type)
  if (!declared) throw new TypeError(`Contract "${contract.service}" declares no event "${type}"`)
  return isDeclaration(declared) ? declared : event(declared)
}

export function methodDeclaration(contract: Contract, name: string): MethodDeclaration {
  const declared = own(contract.methods, name)
  if (!declared) throw new TypeError(`Contract "${contract.service}" declares no method "${name}"`)
  return declared
}

/** Names come from the wire, too, and `constructor` is on every object. */
function own<T>(table: { readonly [name: string]: T }, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

function isDeclaration(declared: z.ZodType | EventDeclaration): declared is EventDeclaration {
  return 'payload' in declared
}

/** The entities that a contract's methods answer with, by name, and the query that fetches each. */
export function entityGetters(contract: Contract): Map<string, string> {
  const getters = new Map<string, string>()
  for (const method of Object.values(contract.methods)) {
    const meta = entityMeta(method.output)
    if (meta && Object.hasOwn(contract.methods, meta.get)) getters.set(meta.name, meta.get)
  }
  return getters
}

function checkApi(contract: Contract): void {
  for (const [key, entry] of Object.entries(contract.api)) {
    const refuse = (rule: string): never => {
      throw new TypeError(`Contract "${contract.service}", "${key}": ${rule}`)
    }
    const method = own(contract.methods, entry.method) ?? refuse(`no method "${entry.method}"`)
    const fields = Object.keys(method.input.shape)
    const { parameters, verb } = parseApiKey(key)
    for (const parameter of parameters) if (!fields.includes(parameter)) refuse(`input has no field "${parameter}" for the path parameter`)
    if (entry.page && !(fields.includes('page_size') && fields.includes('page_token'))) {
      refuse('a page needs page_size and page_token in its input')
    }
    if (verb === 'GET' && method.kind === 'mutation') refuse('a GET may not answer from a mutation')
    checkOwned(entry.owned ?? {}, parameters, refuse)
    checkScope(entry, fields, refuse)
  }
}

function checkOwned(owned: NonNullable<ApiEntry['owned']>, parameters: readonly string[], refuse: (rule: string) => never): void {
  for (const [name, owner] of Object.entries(owned)) {
    if (!parameters.includes(name)) refuse(`owned "${name}" is no path parameter`)
    if (typeof owner === 'string') continue
    if (typeof owned[owner.childOf] !== 'string') refuse(`owned "${name}" is a child of "${owner.childOf}", whose owner nobody checks`)
  }
}

/** What keeps tenants apart: the gateway injects the tenant into the input, or compares it with that of what the path names. */
function checkScope(entry: ApiEntry, fields: readonly string[], refuse: (rule: string) => never): void {
  const { scope = 'customer' } = entry
  const isOwned = Object.keys(entry.owned ?? {}).length > 0
  if (scope === 'customer' && !isOwned && !fields.includes('customer_id') && !entry.identity?.includes('none')) {
    refuse('scope "customer" needs customer_id in the input, or owned: nothing would keep tenants apart')
  }
  if (scope === 'agent' && !isOwned && !fields.includes('owner_id')) refuse('scope "agent" needs owner_id in the input, or owned')
  if (scope === 'self' && !fields.includes('id')) refuse('scope "self" needs id in the input')
}
