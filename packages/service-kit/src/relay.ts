import type { Bus } from '@voipbin/bus'
import type { Database, StoredEvent } from '@voipbin/sql'
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

/** Of one batch; on a bus that takes nothing ahead, there is one at a time. */
const IN_FLIGHT = 256
/** The next goes then at the latest. What is taken sooner costs less: more events share a batch. */
const GO_AHEAD_MS = 10
/** The net under nudges that were lost on their way from another instance. */
const POLL_MS = 250
/** Where there is no other, none is lost; with thirty services in a process, looks cost more than all the rest of an idle one. */
const ALONE_POLL_MS = 2000

/** Handed to the bus. `gone` resolves when it is out of the outbox. */
type Batch = { readonly size: number; readonly last: number; readonly gone: Promise<void> }

/**
 * Carries committed events from the outbox to the bus: reads without locks, publishes in order, deletes what the bus
 * holds. A crash in between publishes again, and the listeners' inboxes notice.
 */
export function startRelay(parts: Parts): Relay {
  const { service, database, bus, clock } = parts
  const published = parts.metrics.counter('voipbin_events_published_total', 'Events handed to the bus', ['service', 'type'])
  const inHand = createAbandonable()
  const pollMs = database.isExclusive ? ALONE_POLL_MS : POLL_MS
  // Where others commit too, an event may appear before those that were read last.
  const mostAhead = database.isExclusive ? (bus.takesAhead ?? 0) : 0
  let batches: Batch[] = []
  let failure: { readonly error: unknown } | undefined

  const underWay = () => batches.reduce((sum, { size }) => sum + size, 0)
  const allSettled = () => Promise.allSettled(batches.map(({ gone }) => gone))

  /** In the order of the batches: a position is given again once no later one is left, and must not be one that was read. */
  async function carry(stored: readonly StoredEvent[], before: Promise<void> | undefined): Promise<void> {
    try {
      await inHand.wait(bus.publish(stored.map(({ event }) => event)))
      await before
      const positions = stored.map(({ position }) => position)
      await database.engine.inTransaction((connection) => database.outbox.remove(connection, positions))
    } catch (error) {
      failure ??= { error }
      throw error
    }
    batches = batches.slice(1)
    for (const [type, count] of countTypes(stored.map(({ event }) => event.type))) published.add({ service, type }, count)
  }

  /** After one that failed, all that is not gone is read again. */
  async function startAnew(): Promise<void> {
    if (!failure) return
    await allSettled()
    const { error } = failure
    batches = []
    failure = undefined
    throw error
  }

  async function publishNext(): Promise<number> {
    if (!parts.isLeader()) return 0
    await startAnew()
    const before = batches.at(-1)
    const stored = await database.outbox.read(database.engine.reader, IN_FLIGHT, before?.last)
    const last = stored.at(-1)?.position
    if (last === undefined) return 0
    const gone = carry(stored, before?.gone)
    batches.push({ size: stored.length, last, gone })
    if (underWay() > mostAhead) await gone.catch(startAnew)
    else if (await isSettledSoon(clock, gone)) await startAnew()
    else void gone.catch(() => undefined).then(() => loop.nudge())
    return stored.length
  }

  const loop = startLoop(clock, parts.log, 'relay', async () => ((await publishNext()) === IN_FLIGHT ? 0 : pollMs))
  return {
    nudge: loop.nudge,
    async flush() {
      await loop.close()
      await startAnew().catch(() => undefined)
      let total = underWay()
      for (;;) {
        const count = await publishNext()
        await allSettled()
        await startAnew()
        if (!database.isExclusive) return 0
        if (count === 0) return total
        total += count
      }
    },
    async close() {
      // A subscriber that is away may never take what is in hand; it stays in the outbox for the next start.
      inHand.abandon()
      await loop.close()
      await allSettled()
    },
  }
}

/** Whether it is settled before the next should go. */
function isSettledSoon(clock: Clock, work: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const cancel = clock.after(GO_AHEAD_MS, () => resolve(false))
    const settled = () => {
      cancel()
      resolve(true)
    }
    work.then(settled, settled)
  })
}

function countTypes(types: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1)
  return counts
}

/** Waits that can be given up, also ahead. */
function createAbandonable() {
  const waits = new Set<(reason: Error) => void>()
  let isAbandoned = false
  const reason = () => new Error('The relay was closed before the bus had taken the events')
  return {
    wait: (work: Promise<void>): Promise<void> =>
      new Promise<void>((resolve, reject) => {
        work.then(resolve, reject)
        waits.add(reject)
        if (isAbandoned) reject(reason())
        work.finally(() => waits.delete(reject)).catch(() => undefined)
      }),
    abandon() {
      isAbandoned = true
      for (const giveUp of waits) giveUp(reason())
    },
  }
}
