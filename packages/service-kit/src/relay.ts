import type { Bus } from '@voipbin/bus'
import type { Database } from '@voipbin/sql'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import { type Loop, startLoop } from './loop.ts'
import type { Metrics } from './metrics.ts'

type Parts = {
  readonly service: string
  readonly database: Database
  readonly bus: Bus
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
  readonly isLeader: () => boolean
}

export type Relay = Loop & {
  /**
   * Ends the loop, then publishes what is left: all of it where no other replica would.
   * @returns how many events that were; @throws what keeps the bus from taking them
   */
  flush(): Promise<number>
}

const IN_FLIGHT = 256
/** The net under nudges that were lost on their way from another instance. */
const POLL_MS = 250
/** Where there is no other, none is lost; with thirty services in a process, looks cost more than all the rest of an idle one. */
const ALONE_POLL_MS = 2000

/**
 * Carries committed events from the outbox to the bus: reads without locks, publishes in order, deletes what the bus
 * holds. A crash in between publishes again, and the listeners' inboxes notice.
 */
export function startRelay(parts: Parts): Relay {
  const { service, database, bus } = parts
  const published = parts.metrics.counter('voipbin_events_published_total', 'Events handed to the bus', ['service', 'type'])
  const inHand = createAbandonable()
  const pollMs = database.isExclusive ? ALONE_POLL_MS : POLL_MS

  async function publishNext(): Promise<number> {
    if (!parts.isLeader()) return 0
    const stored = await database.outbox.read(database.engine.reader, IN_FLIGHT)
    if (stored.length === 0) return 0
    await inHand.wait(bus.publish(stored.map(({ event }) => event)))
    const positions = stored.map(({ position }) => position)
    await database.engine.inTransaction((connection) => database.outbox.remove(connection, positions))
    for (const [type, count] of countTypes(stored.map(({ event }) => event.type))) published.add({ service, type }, count)
    return stored.length
  }

  const loop = startLoop(parts.clock, parts.log, 'relay', async () => ((await publishNext()) === IN_FLIGHT ? 0 : pollMs))
  return {
    nudge: loop.nudge,
    async flush() {
      await loop.close()
      let total = await publishNext()
      if (!database.isExclusive) return 0
      for (let count = total; count > 0; total += count) count = await publishNext()
      return total
    },
    async close() {
      // A subscriber that is away may never take what is in hand; it stays in the outbox for the next start.
      inHand.abandon()
      await loop.close()
    },
  }
}

function countTypes(types: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1)
  return counts
}

/** A wait that can be given up, also ahead. */
function createAbandonable() {
  let isAbandoned = false
  let giveUp: ((reason: Error) => void) | undefined
  const reason = () => new Error('The relay was closed before the bus had taken the events')
  return {
    wait: (work: Promise<void>): Promise<void> =>
      new Promise((resolve, reject) => {
        work.then(resolve, reject)
        giveUp = reject
        if (isAbandoned) reject(reason())
      }),
    abandon() {
      isAbandoned = true
      giveUp?.(reason())
    },
  }
}
