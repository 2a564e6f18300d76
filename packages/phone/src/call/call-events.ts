import { WaitTimeout } from '../errors.ts'
/** What happens to a call, in order. */
export type CallEvent =
  /** 180 or the like. */
  | { readonly type: 'ringing'; readonly status: number }
  /** What is heard before the answer was agreed on. */
  | { readonly type: 'early' }
  | { readonly type: 'answered' }
  /** What is sent and heard was agreed on anew. */
  | { readonly type: 'media'; readonly codec: string; readonly direction: string }
  /** The other party put us on hold, or took us back. */
  | { readonly type: 'held' }
  | { readonly type: 'unheld' }
  | { readonly type: 'digit'; readonly digit: string; readonly method: 'rfc4733' | 'info' }
  /** A request in the call that is none of the above: NOTIFY, MESSAGE. */
  | { readonly type: 'request'; readonly method: string }
  | ({ readonly type: 'ended' } & CallEnd)

export type CallEnd = {
  /** We, the other party, or nobody: no answer came. */
  readonly by: 'local' | 'remote' | 'network'
  /** Of the response that refused it; 0 for BYE and CANCEL. */
  readonly status: number
  /** What Reason says (RFC 3326), as it came. */
  readonly reason: string
  /** For people. */
  readonly text: string
}

export type TimedCallEvent = CallEvent & { readonly atMs: number }

type Waiter = { readonly accepts: (event: CallEvent) => boolean; readonly resolve: (event: TimedCallEvent) => void }

/** The events of one call, kept, and waited for. */
export class CallEvents {
  readonly #log: TimedCallEvent[] = []
  readonly #waiters = new Set<Waiter>()
  readonly #listeners: ((event: TimedCallEvent) => void)[] = []
  readonly #startedMs = performance.now()

  get log(): readonly TimedCallEvent[] {
    return this.#log
  }

  add(event: CallEvent): void {
    const timed = { ...event, atMs: performance.now() - this.#startedMs }
    this.#log.push(timed)
    for (const waiter of [...this.#waiters]) if (waiter.accepts(event)) waiter.resolve(timed)
    for (const listener of this.#listeners) listener(timed)
  }

  onEvent(listener: (event: TimedCallEvent) => void): void {
    this.#listeners.push(listener)
  }

  /**
   * The first event of a type, past or to come; the `nth` of it where given.
   * @throws Error when it did not come in time
   */
  until<T extends CallEvent['type']>(type: T, { timeoutMs = 10_000, nth = 1 } = {}): Promise<Extract<TimedCallEvent, { type: T }>> {
    return this.untilAny([type], { timeoutMs, nth }) as Promise<Extract<TimedCallEvent, { type: T }>>
  }

  /** The first (or nth) event of any of these types. @throws Error when it did not come in time */
  untilAny(types: readonly CallEvent['type'][], { timeoutMs = 10_000, nth = 1 } = {}): Promise<TimedCallEvent> {
    const seen = this.#log.filter(({ type }) => types.includes(type))
    const past = seen[nth - 1]
    if (past) return Promise.resolve(past)
    let missing = nth - seen.length
    const { promise, resolve, reject } = Promise.withResolvers<TimedCallEvent>()
    const waiter: Waiter = { accepts: ({ type }) => types.includes(type) && --missing === 0, resolve }
    this.#waiters.add(waiter)
    const timer = setTimeout(() => reject(this.#missed(types.join(' or '), timeoutMs)), timeoutMs)
    return promise.finally(() => {
      clearTimeout(timer)
      this.#waiters.delete(waiter)
    })
  }

  #missed(type: string, timeoutMs: number): Error {
    const seen = this.#log.map(describeEvent).join(', ')
    return new WaitTimeout(`The call was not ${type} in ${timeoutMs} ms; it was: ${seen === '' ? 'nothing yet' : seen}`, timeoutMs)
  }
}

export function describeEvent(event: CallEvent): string {
  if (event.type === 'ended') return `ended by ${event.by}${event.status > 0 ? ` with ${event.status}` : ''} (${event.text})`
  if (event.type === 'ringing') return `ringing (${event.status})`
  if (event.type === 'media') return `media ${event.codec} ${event.direction}`
  if (event.type === 'digit') return `digit ${event.digit} by ${event.method}`
  return event.type === 'request' ? `request ${event.method}` : event.type
}
