import type { Flow, Scheduler } from '@voipbin/sip'

export type KeepAlivesOptions = {
  readonly scheduler: Scheduler
  readonly now: () => number
  /** Sends a ping; must not throw. */
  readonly send: (flow: Flow) => void
  /** RFC 5626 §4.4.1 asks for 24 to 29 s; NATs forget UDP after 30 s. */
  readonly intervalSeconds?: number
}

const INTERVAL_SECONDS = 25
const SECOND_MS = 1_000

type Kept = { readonly flow: Flow; readonly until: number }

/** Pings to phones behind NAT and along connections, so that nobody between closes the way. Spread over the interval, on one timer. */
export class KeepAlives {
  readonly #options: KeepAlivesOptions
  /** One a second of the interval; a flow is in one of them, by name. */
  readonly #slots: readonly Map<string, Kept>[]
  readonly #slotOf = new Map<string, Map<string, Kept>>()
  #turn = 0
  #cancel: (() => void) | undefined

  constructor(options: KeepAlivesOptions) {
    this.#options = options
    this.#slots = Array.from({ length: options.intervalSeconds ?? INTERVAL_SECONDS }, () => new Map<string, Kept>())
  }

  get size(): number {
    return this.#slotOf.size
  }

  /** Until its binding is over, or longer where it was kept longer already. */
  keep(name: string, flow: Flow, until: number): void {
    const slot = this.#slotOf.get(name) ?? this.#emptiest()
    slot.set(name, { flow, until: Math.max(until, slot.get(name)?.until ?? 0) })
    this.#slotOf.set(name, slot)
    this.#cancel ??= this.#options.scheduler.after(SECOND_MS, () => this.#tick())
  }

  release(name: string): void {
    this.#slotOf.get(name)?.delete(name)
    this.#slotOf.delete(name)
  }

  close(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #emptiest(): Map<string, Kept> {
    return this.#slots.reduce((best, slot) => (slot.size < best.size ? slot : best))
  }

  #tick(): void {
    this.#turn = (this.#turn + 1) % this.#slots.length
    const now = this.#options.now()
    for (const [name, { flow, until }] of this.#slots[this.#turn] ?? []) {
      if (until > now) this.#options.send(flow)
      else this.release(name)
    }
    this.#cancel = this.#slotOf.size > 0 ? this.#options.scheduler.after(SECOND_MS, () => this.#tick()) : undefined
  }
}
