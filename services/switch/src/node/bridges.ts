import type { MediaEngine } from '@voipbin/media'
import type { Channel } from '../channel/channel.ts'
import type { OpenMedia } from '../media/open-media.ts'
import type { Subject } from './teller.ts'

/** Where legs are mixed. */
export type Bridge = Subject & { readonly kind: 'bridge'; readonly affinity: string }

const MAX_REMEMBERED = 5_000

/** The bridges of this node. */
export class Bridges {
  readonly #engine: MediaEngine
  readonly #openMedia: OpenMedia
  readonly #live = new Map<string, Bridge>()
  readonly #gone = new Set<string>()

  constructor(engine: MediaEngine, openMedia: OpenMedia) {
    this.#engine = engine
    this.#openMedia = openMedia
  }

  get size(): number {
    return this.#live.size
  }

  get(id: string): Bridge | undefined {
    return this.#live.get(id)
  }

  /** @returns false where a bridge of this id was there before */
  create({ id, customerId, affinity }: Pick<Bridge, 'id' | 'customerId' | 'affinity'>): boolean {
    if (this.#gone.has(id)) return false
    if (this.#live.has(id)) return true
    this.#live.set(id, { kind: 'bridge', id, customerId, affinity, seq: 0 })
    this.#engine.createBridge({ id, affinity })
    return true
  }

  /** Everybody leaves; what is open on it ends. The engine tells of both. */
  destroy(id: string): boolean {
    if (!this.#forget(id)) return false
    this.#engine.destroyBridge(id)
    return true
  }

  /** The worker that had it is gone: nothing more will be told of it. */
  lose(id: string): void {
    const bridge = this.#live.get(id)
    if (bridge && this.#forget(id)) this.#openMedia.endAll(bridge, 'bridge_ended')
  }

  join(channel: Channel, bridge: Bridge, { mute, passDigits }: Pick<Parameters<MediaEngine['join']>[0], 'mute' | 'passDigits'>): void {
    channel.wantedBridgeId = bridge.id
    this.#engine.join({ leg: channel.id, bridge: bridge.id, mute, passDigits })
  }

  #forget(id: string): boolean {
    if (!this.#live.delete(id)) return false
    this.#gone.add(id)
    if (this.#gone.size > MAX_REMEMBERED) {
      const [oldest] = this.#gone
      if (oldest !== undefined) this.#gone.delete(oldest)
    }
    return true
  }
}
