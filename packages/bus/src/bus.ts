import type { Actor } from '@voipbin/contracts/actor'
import type { WireError } from '@voipbin/contracts/errors'
import type { EventEnvelope } from '@voipbin/contracts/event'

/** A request as it travels. JSON all the way: what does not survive JSON does not cross. */
export type RequestEnvelope = {
  readonly service: string
  readonly method: string
  readonly input: unknown
  /** Milliseconds since the epoch after which nobody waits for the reply. */
  readonly deadline: number
  /** Names one wish of a caller: repeated with the same id, a mutation is done once. Empty for queries. */
  readonly operation_id: string
  /** The operation id was chosen by the client or is sent again, so a stored reply may exist. */
  readonly repeated: boolean
  readonly request_id: string
  /** W3C trace parent, or empty. */
  readonly trace: string
  readonly actor: Actor
  readonly publisher: string
}

export type ReplyEnvelope = { readonly output: unknown } | { readonly error: WireError }

/**
 * The request could not be handed to the service, or its reply did not come: the caller cannot know whether it was
 * done. Never thrown for an error that the service answered.
 */
export class TransportError extends Error {
  /** `unroutable`: nobody serves it, surely not done. `closed`: the bus is away. `timeout`: no reply before the deadline. */
  readonly kind: 'unroutable' | 'closed' | 'timeout'
  constructor(kind: 'unroutable' | 'closed' | 'timeout', message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'TransportError'
    this.kind = kind
  }
}

export type RequestHandler = (request: RequestEnvelope) => Promise<ReplyEnvelope>

export type ServeOptions = {
  /** Requests worked on at once by this instance. */
  readonly concurrency: number
  /** These methods are acknowledged before they run, so that a crash never repeats them. */
  readonly commands: 'all' | readonly string[]
}

/** Something started that can be stopped: no new work is taken, work in hand is finished, then it resolves. */
export type Closable = { close(): Promise<void> }

/** Which events a service listens to: the publisher's short name and event type. */
export type Topic = { readonly publisher: string; readonly type: string }

/**
 * Takes one batch of a partition, in order, and resolves when each event is applied or parked durably. It must not
 * reject for a failing listener; a rejection means "not taken", and the same batch comes again, first after 100 ms and
 * at last every 2 s, for as long as this instance owns the partition. One batch of a partition at a time.
 * It may meet event types that it did not ask for: what another release of the service asked for is not taken back.
 */
export type EventHandler = (events: readonly EventEnvelope[], partition: number) => Promise<void>

/** The same for who hands the events on as they are: JSON of each. */
export type TextHandler = (texts: readonly string[], partition: number) => Promise<void>

export type Subscription = Closable & {
  /**
   * The partitions that this instance works on. Resolves when the events in hand of every partition given up are
   * finished and acknowledged, or refused by the handler: those go to the next owner. Starts with none. Whoever claims
   * a partition that another instance still owns waits for it.
   */
  own(partitions: readonly number[]): Promise<void>
}

/** Order keys are spread over this many partitions a subscriber; fixed, because queues and routing keys carry it. */
export const PARTITIONS = 8
/** Events handed over at once, at most. */
export const BATCH = 50

export type BusState = { readonly connected: boolean; readonly latencyMs: number }
/** Messages that wait, by queue: for metrics only. */
export type QueueDepth = { readonly queue: string; readonly messages: number }

/** The fabric between services. `local-bus.ts` and `rabbitmq-bus.ts` keep the same promises, by one conformance suite. */
export type Bus = Closable & {
  /** @throws TransportError; service errors come back in the reply. */
  request(request: RequestEnvelope): Promise<ReplyEnvelope>
  /** Serves `service` beside its other instances. */
  serve(service: string, handler: RequestHandler, options: ServeOptions): Promise<Closable>
  /**
   * Publishes in the order given. Resolves when the fabric holds the events durably (RabbitMQ: confirmed; local: every
   * subscriber applied or parked them, so it waits for one that is away). Rejects when any may be lost; the caller then
   * publishes the same batch again.
   */
  publish(events: readonly EventEnvelope[]): Promise<void>
  /**
   * So many events may be published before what was published first is held: of an order key, nothing is taken once something before it was
   * refused. Without it, whoever cares for the order waits.
   */
  readonly takesAhead?: number
  /**
   * Durable, shared by the instances of `service`, at least once, in order per order key of a publisher. What is
   * published after it resolved is kept for the service, also while no instance owns the partition or is there at all.
   */
  subscribe(service: string, topics: readonly Topic[], handler: EventHandler): Promise<Subscription>
  /** The same, where the bus has events as text anyway. */
  readonly subscribeTexts?: (service: string, topics: readonly Topic[], handler: TextHandler) => Promise<Subscription>
  /** Every instance for itself, at most once. Calls come in order, never inside `publish`; a throw is logged, nothing more. */
  watch(topics: readonly Topic[], handler: (event: EventEnvelope) => void): Promise<Closable>
  /** Round trip to the broker. @throws TransportError */
  ping(): Promise<BusState>
  queueDepths(): Promise<QueueDepth[]>
}

/** FNV-1a over the order key: the same partition on every instance and release. */
export function partitionOf(orderKey: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < orderKey.length; index++) {
    hash = Math.imul(hash ^ orderKey.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 0) % PARTITIONS
}
