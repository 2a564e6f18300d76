import type { Channel } from './channel.ts'
import type { ChannelInput } from './channel-state.ts'

/** Ended channels whose ids are remembered, so that a dial that is repeated late dials nobody. */
const MAX_REMEMBERED = 20_000

/** The channels of this node. */
export class Channels implements Iterable<Channel> {
  readonly capacity: number
  readonly #live = new Map<string, Channel>()
  readonly #ended = new Set<string>()
  readonly #waiting: (() => void)[] = []
  #isDraining = false
  /** Offers that `call` has not decided on. */
  pendingOffers = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get size(): number {
    return this.#live.size
  }

  get hasRoom(): boolean {
    return !this.#isDraining && this.#live.size < this.capacity
  }

  get isDraining(): boolean {
    return this.#isDraining
  }

  [Symbol.iterator](): Iterator<Channel> {
    return this.#live.values()
  }

  add(channel: Channel): void {
    this.#live.set(channel.id, channel)
  }

  get(id: string): Channel | undefined {
    return this.#live.get(id)
  }

  /** The channel, once `call` has said what becomes of it: a command may overtake the answer to the offer. */
  async settled(id: string): Promise<Channel | undefined> {
    const channel = this.#live.get(id)
    await channel?.settled
    return channel?.isOver ? undefined : channel
  }

  /** Whether a channel of this id is here or was. */
  isKnown(id: string): boolean {
    return this.#live.has(id) || this.#ended.has(id)
  }

  remove(id: string): void {
    this.#live.delete(id)
    this.#ended.add(id)
    if (this.#ended.size > MAX_REMEMBERED) {
      const [oldest] = this.#ended
      if (oldest !== undefined) this.#ended.delete(oldest)
    }
    if (this.#live.size === 0) for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Takes no more channels; resolves when the last has ended. */
  drain(): Promise<void> {
    this.#isDraining = true
    return this.#live.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve))
  }

  applyToAll(input: ChannelInput): void {
    for (const channel of [...this.#live.values()]) channel.apply(input)
  }
}
