import type { MediaSubject } from '@voipbin/contracts/switch'
import type { Channel } from '../channel/channel.ts'
import { gone, type Outcome, ok } from '../channel/channel-state.ts'
import type { Channels } from '../channel/channels.ts'
import type { Bridge, Bridges } from '../node/bridges.ts'

/** What can be played to and recorded. */
export class Subjects {
  readonly #channels: Channels
  readonly #bridges: Bridges

  constructor(channels: Channels, bridges: Bridges) {
    this.#channels = channels
    this.#bridges = bridges
  }

  async find({ kind, id }: MediaSubject): Promise<Channel | Bridge | undefined> {
    return kind === 'channel' ? this.#channels.settled(id) : this.#bridges.get(id)
  }

  /** Whoever is there hears what is played: early media before the answer. */
  makeAudible(subject: Channel | Bridge): Promise<Outcome> {
    return subject.kind === 'channel' ? subject.makeAudible() : this.#find(subject)
  }

  /** There is a port, whether or not anything can be heard yet. */
  makeReady(subject: Channel | Bridge): Promise<Outcome> {
    return subject.kind === 'channel' ? subject.makeReady() : this.#find(subject)
  }

  /** A bridge may have been destroyed while something else was waited for. */
  async #find(bridge: Bridge): Promise<Outcome> {
    return this.#bridges.get(bridge.id) === bridge ? ok : gone
  }
}
