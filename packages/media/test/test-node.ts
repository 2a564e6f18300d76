import { Engine } from '../src/engine/engine.ts'
import { startLocalWorker } from '../src/engine/local-worker.ts'
import type { LegMedia } from '../src/media-engine.ts'
import type { MediaEvent } from '../src/media-event.ts'
import { TestClock } from './test-clock.ts'
import { TestFiles } from './test-files.ts'
import { TestNetwork } from './test-network.ts'
import { type PhoneOptions, TestPhone } from './test-phone.ts'

export type NodeOptions = { readonly firstPort?: number; readonly lastPort?: number; readonly musicFiles?: readonly string[] }

/** An engine with its network, disk and phones in one thread, on a clock that the test moves. */
export class TestNode {
  readonly clock = new TestClock()
  readonly network = new TestNetwork(this.clock)
  readonly files = new TestFiles()
  readonly events: MediaEvent[] = []
  readonly engine: Engine
  #phones = 0

  constructor({ firstPort = 10_000, lastPort = 10_999, musicFiles = [] }: NodeOptions = {}) {
    const { clock, network, files } = this
    this.engine = new Engine({
      ports: { firstPort, lastPort, restMs: 10_000 },
      workers: 1,
      startWorker: startLocalWorker({ clock, sockets: network, files, random: network.random, settings: { musicFiles, country: 'us' } }),
      now: () => clock.now(),
      random: network.random,
    })
    this.engine.onEvent((event) => this.events.push(event))
  }

  /** A leg with a phone on it, connected. */
  async phone(
    leg: string,
    options: Partial<PhoneOptions> & { readonly media?: Partial<LegMedia>; readonly affinity?: string } = {},
  ): Promise<TestPhone> {
    const { media, affinity = 'call', ...ofPhone } = options
    const phone = new TestPhone({ clock: this.clock, sockets: this.network, port: 40_000 + 2 * this.#phones++, ...ofPhone })
    await phone.open()
    phone.dial(await this.engine.openLeg({ id: leg, affinity, localAddress: '198.51.100.1' }))
    this.engine.connectLeg(leg, phone.media(media))
    return phone
  }

  bridge(id: string, legs: readonly string[], passDigits = true): void {
    this.engine.createBridge({ id, affinity: 'call' })
    for (const leg of legs) this.engine.join({ leg, bridge: id, mute: 'none', passDigits })
  }

  of<Type extends MediaEvent['type']>(type: Type): readonly Extract<MediaEvent, { type: Type }>[] {
    return this.events.filter((event): event is Extract<MediaEvent, { type: Type }> => event.type === type)
  }
}
