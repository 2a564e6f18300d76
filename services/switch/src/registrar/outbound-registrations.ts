import type { Metrics } from '@voipbin/service-kit'
import { type OutboundAccount, type OutboundParts, OutboundRegistration } from './outbound-registration.ts'

export type OutboundRegistrationsOptions = OutboundParts & {
  /** Of the registrar service; rejects while it is away. */
  readonly list: () => Promise<readonly OutboundAccount[]>
  readonly metrics: Metrics
}

const LOOK_AGAIN_MS = 60_000

/** The carriers that this node is registered with: those of the registrar, looked at every minute. */
export class OutboundRegistrations {
  readonly #options: OutboundRegistrationsOptions
  readonly #held = new Map<string, { readonly text: string; readonly registrar: string; readonly registration: OutboundRegistration }>()
  #cancelTimer = () => {}
  #isClosed = false

  constructor(options: OutboundRegistrationsOptions) {
    this.#options = options
    options.metrics.gauge('voipbin_sip_outbound_registrations', 'Registrations with carriers, by state', ['registrar', 'state'], async () =>
      [...this.#held.values()].map(({ registrar, registration }) => ({ labels: { registrar, state: registration.state }, value: 1 })),
    )
    void this.#look()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    this.#cancelTimer()
    await Promise.all([...this.#held.keys()].map((id) => this.#end(id)))
  }

  async #look(): Promise<void> {
    const { list, scheduler } = this.#options
    try {
      this.#follow(await list())
    } catch {
      // What is registered stays so; the registrar's absence is told by the client's metrics.
    }
    if (!this.#isClosed) this.#cancelTimer = scheduler.after(LOOK_AGAIN_MS, () => void this.#look())
  }

  /** One that has changed is ended and begun anew. */
  #follow(accounts: readonly OutboundAccount[]): void {
    if (this.#isClosed) return
    const wanted = new Map(accounts.map((account) => [account.id, { account, text: JSON.stringify(account) }]))
    for (const [id, { text }] of this.#held) if (wanted.get(id)?.text !== text) void this.#end(id)
    for (const [id, { account, text }] of wanted) {
      if (this.#held.has(id)) continue
      this.#held.set(id, { text, registrar: account.registrar, registration: new OutboundRegistration(account, this.#options) })
    }
  }

  async #end(id: string): Promise<void> {
    const held = this.#held.get(id)
    this.#held.delete(id)
    await held?.registration.close()
  }
}
