import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Channel, ConfirmChannel } from 'amqplib'
import { eventExchange, routingKey } from '../names.ts'
import type { BusReports } from '../reports.ts'
import { away, type Connection } from './connection.ts'
import { KeptChannel } from './kept-channel.ts'

/** Declared alike by publishers and subscribers, so that either may come first. */
export async function declareExchange(channel: Channel, publisher: string): Promise<void> {
  await channel.assertExchange(eventExchange(publisher), 'topic', { durable: true })
}

/** Publishes events in order on one confirm channel. */
export class Publishing {
  readonly #channel: KeptChannel<ConfirmChannel>
  /** Publishers whose exchange was declared on the current channel. */
  #declared = new Set<string>()
  /** The last declaration under way: whatever is published after it waits for it, so that order is kept. */
  #declaring: Promise<void> | undefined

  constructor(connection: Connection, reports: BusReports) {
    this.#channel = new KeptChannel(connection, {
      open: (model) => model.createConfirmChannel(),
      setUp: async () => {
        this.#declared = new Set()
      },
      onError: reports.onError,
    })
  }

  get ready(): Promise<void> {
    return this.#channel.ready
  }

  /** Resolves when the broker has them all; while it is short of memory it takes none, and this waits. */
  publish(events: readonly EventEnvelope[]): Promise<void> {
    if (!this.#declaring && events.every((event) => this.#declared.has(event.publisher))) return this.#send(events)
    const declaring = (this.#declaring ?? Promise.resolve()).then(() => this.#declare(events))
    this.#declaring = declaring
    return declaring.then(() => {
      if (this.#declaring === declaring) this.#declaring = undefined
      return this.#send(events)
    })
  }

  close(): Promise<void> {
    return this.#channel.close()
  }

  /** Failures are left to `#send`, which meets the same dead channel. */
  async #declare(events: readonly EventEnvelope[]): Promise<void> {
    const channel = this.#channel.current
    const declared = this.#declared
    const publishers = new Set(events.map((event) => event.publisher))
    for (const publisher of publishers) {
      if (!channel || declared.has(publisher)) continue
      try {
        await declareExchange(channel, publisher)
        declared.add(publisher)
      } catch {
        return
      }
    }
  }

  #send(events: readonly EventEnvelope[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const channel = this.#channel.current
      if (!channel) throw away('Cannot publish: the broker is away')
      const contents = events.map((event) => Buffer.from(JSON.stringify(event)))
      let unconfirmed = events.length
      const confirmed = (cause: unknown): void => {
        if (cause) reject(away('Published events were not confirmed', cause))
        else if (--unconfirmed === 0) resolve()
      }
      if (unconfirmed === 0) return resolve()
      try {
        contents.forEach((content, index) => {
          const event = events[index] as EventEnvelope
          channel.publish(eventExchange(event.publisher), routingKey(event), content, { persistent: true }, confirmed)
        })
      } catch (cause) {
        reject(away('Cannot publish: the channel to the broker is gone', cause))
      }
    })
  }
}
