import type { Topic } from '@voipbin/bus'
import type { Cache } from '@voipbin/cache'
import type { Contract, EventPayload, EventType, KindOf, MethodInput, MethodName, MethodOutput } from '@voipbin/contracts/contract'
import type { EventEnvelope } from '@voipbin/contracts/event'
import type { JobToken, Read, Tx } from '@voipbin/sql'
import type { z } from 'zod'
import type { Caller, Clients } from './client.ts'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import type { Metrics } from './metrics.ts'
import type { Settings, SettingValues } from './settings.ts'

/** What a command or an outside job works with: it may call others, and opens transactions where it writes. */
export type Ctx = {
  readonly log: Logger
  readonly clock: Clock
  read(): Read
  transaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>
}

type First<K> = K extends 'query' ? Read : K extends 'mutation' ? Tx : Ctx

/** The function that answers a method: what it gets first depends on the method's kind. */
export type Answer<C extends Contract, M extends MethodName<C>> = (
  first: First<KindOf<C, M>>,
  input: MethodInput<C, M>,
) => Promise<MethodOutput<C, M>>

/** Any answer, its types forgotten: the declaration says which first argument it gets. */
export type AnyAnswer = (first: Read | Tx | Ctx, input: unknown) => Promise<unknown>

/** An answer for every method of the contract. */
export type Answers<C extends Contract> = { readonly [M in MethodName<C>]: Answer<C, M> }

export type Listener = {
  /** The events that it hears. */
  readonly topics: readonly Topic[]
  /** Under which the inbox remembers what was applied: keep it when code moves. */
  readonly name: string
  /** Events applied in one transaction, at most. */
  readonly batch: number
  readonly effect: (tx: Tx, event: EventEnvelope) => Promise<void>
  /** Jobs that the effect schedules. */
  readonly jobs: readonly JobHandler[]
}
type OnOptions = { readonly batch?: number; readonly name?: string; readonly jobs?: readonly JobHandler[] }

/** Listens durably: `effect` runs in the transaction that remembers the event, at least once delivered, once applied. */
export function on<C extends Contract, E extends EventType<C>>(
  contract: C,
  type: E,
  effect: (tx: Tx, event: EventEnvelope<EventPayload<C, E>>) => Promise<void>,
  options: OnOptions = {},
): Listener {
  const name = `${contract.service}.${type}:${options.name ?? effect.name}`
  const topics = [{ publisher: contract.service, type }]
  return { topics, name, batch: options.batch ?? 50, effect: effect as Listener['effect'], jobs: options.jobs ?? [] }
}

/**
 * Listens to events of many types as to one stream: they are applied in order per order key whatever their type, and one
 * that waits holds back those of its key that follow. Listeners of one type each do not promise that to one another.
 */
export function onAny(
  topics: readonly Topic[],
  name: string,
  effect: (tx: Tx, event: EventEnvelope) => Promise<void>,
  options: Omit<OnOptions, 'name'> = {},
): Listener {
  return { topics, name, batch: options.batch ?? 50, effect, jobs: options.jobs ?? [] }
}

export type Watch = { readonly contract: Contract; readonly type: string; readonly handler: (event: EventEnvelope) => void }

/** Hears an event in every instance, at most once: to drop a cached copy or tell an open socket. Nothing durable may hang on it. */
export function watch<C extends Contract, E extends EventType<C>>(
  contract: C,
  type: E,
  handler: (event: EventEnvelope<EventPayload<C, E>>) => void,
): Watch {
  return { contract, type, handler: handler as Watch['handler'] }
}

export type JobHandler = {
  readonly kind: string
  readonly payload: z.ZodType
  /** Jobs of this kind that one instance has under way at once, beside all others. Default: its sort's share. */
  readonly hands?: number
  readonly run:
    | { readonly inTx: (tx: Tx, payload: unknown) => Promise<void> }
    | { readonly outside: (ctx: Ctx, payload: unknown) => Promise<OutsideCommit> }
}
/** What an outside job leaves to be written in the transaction that ends it. */
export type OutsideCommit = ((tx: Tx) => Promise<void>) | void

export type Job<S extends z.ZodType> = JobToken<S> & {
  /** The effect and the end of the job are one commit. */
  inTx(run: (tx: Tx, payload: z.output<S>) => Promise<void>): JobHandler
  /** Vendor and media work: runs first, at least once; what it returns is written in the commit that ends the job. */
  outside(run: (ctx: Ctx, payload: z.output<S>) => Promise<OutsideCommit>): JobHandler
}

/**
 * `const serveNext = job('serve_next', z.object({ queue_id: id() }))`: schedule it with `tx.schedule`, handle it in `jobs`.
 * @param options.hands for a kind that waits long for others, so that it neither starves the rest nor is starved
 */
export function job<S extends z.ZodType>(kind: string, payload: S, options: { readonly hands?: number } = {}): Job<S> {
  return {
    kind,
    payload,
    inTx: (run) => ({ kind, payload, ...options, run: { inTx: run as (tx: Tx, payload: unknown) => Promise<void> } }),
    outside: (run) => ({ kind, payload, ...options, run: { outside: run as (ctx: Ctx, payload: unknown) => Promise<OutsideCommit> } }),
  }
}

/** A server that a service opens itself; `close` stops taking and finishes what it has. */
export type Listening = { readonly description: string; close(): Promise<void> }

/** What `start` gets. */
export type Kit<S extends Settings> = {
  readonly config: SettingValues<S>
  readonly client: Clients
  readonly caller: Caller
  readonly cache: Cache
  /** Like the global one, but refused inside a transaction. */
  readonly fetch: typeof globalThis.fetch
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
  readonly newId: () => string
  /** Where this service keeps files of its own on this machine. */
  readonly dataFolder: string
  /** Every contract of the platform, for services that stand at its edge. */
  readonly contracts: readonly Contract[]
  readonly health: () => Promise<Health>
}

export type Health = {
  readonly status: 'ok' | 'degraded' | 'unavailable'
  readonly checks: Readonly<Record<string, { status: 'ok' | 'failed'; latency_ms: number; error?: string }>>
}

export type ServiceParts<C extends Contract> = {
  readonly methods: Answers<C>
  readonly events?: readonly Listener[]
  readonly jobs?: readonly JobHandler[]
  readonly watches?: readonly Watch[]
  /** Opens servers once the service answers on the bus. */
  readonly listen?: () => Promise<Listening>
}

export type ServiceDefinition<C extends Contract = Contract, S extends Settings = Settings> = {
  readonly contract: C
  readonly config?: S
  /** `import.meta` of the service's index: its migrations are in the folder beside it. */
  readonly folder: { readonly dirname?: string }
  /** Whether SQLite waits for the disk at each commit unless the setting says otherwise. */
  readonly synchronous?: 'NORMAL' | 'FULL'
  readonly start: (kit: Kit<S>) => ServiceParts<C> | Promise<ServiceParts<C>>
}

/** What an app starts: any service, its types forgotten. */
export type AnyService = {
  readonly contract: Contract
  readonly config: Settings
  readonly migrations: string
  readonly synchronous: 'NORMAL' | 'FULL'
  readonly start: (kit: Kit<Settings>) => Promise<AnyParts>
}
export type AnyParts = {
  readonly methods: Readonly<Record<string, (first: never, input: never) => Promise<unknown>>>
  readonly events: readonly Listener[]
  readonly jobs: readonly JobHandler[]
  readonly watches: readonly Watch[]
  readonly listen: (() => Promise<Listening>) | undefined
}

const noSettings = {} satisfies Settings

export function defineService<C extends Contract, S extends Settings = typeof noSettings>(definition: ServiceDefinition<C, S>): AnyService {
  return {
    contract: definition.contract,
    config: definition.config ?? noSettings,
    migrations: `${definition.folder.dirname}/migrations`,
    synchronous: definition.synchronous ?? 'NORMAL',
    async start(kit) {
      const parts = await definition.start(kit as unknown as Kit<S>)
      const listeners = parts.events ?? []
      const jobs = [...(parts.jobs ?? []), ...listeners.flatMap((listener) => listener.jobs)]
      const { service } = definition.contract
      refuseRepeated(
        listeners.map(({ name }) => name),
        (name) => `Service "${service}" has two listeners "${name}": the inbox could not tell them apart; name one in its options`,
      )
      refuseRepeated(
        jobs.map(({ kind }) => kind),
        (kind) => `Service "${service}" handles the job "${kind}" twice`,
      )
      return {
        methods: parts.methods as AnyParts['methods'],
        events: listeners,
        jobs,
        watches: parts.watches ?? [],
        listen: parts.listen,
      }
    },
  }
}

/** @throws TypeError with what `message` makes of the first name that stands there twice */
function refuseRepeated(names: readonly string[], message: (name: string) => string): void {
  const repeated = names.find((name, index) => names.indexOf(name) < index)
  if (repeated !== undefined) throw new TypeError(message(repeated))
}
