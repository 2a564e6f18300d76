import { PARTITIONS } from '@voipbin/bus'
import type { Database, Lease } from '@voipbin/sql'
import type { Clock } from './clock.ts'
import type { Logger } from './logger.ts'
import { startLoop } from './loop.ts'

/** What an instance knows of the others of its service. */
export type Membership = {
  /** Whether this instance relays the outbox and retries parked events. Two may think so for a moment: both only repeat. */
  isLeader(): boolean
  alive(): readonly string[]
  close(): Promise<void>
}

type Parts = {
  readonly database: Database
  readonly instance: string
  readonly clock: Clock
  readonly log: Logger
  /** Told at the start and whenever the partitions of this instance change. Must not wait: beats go on meanwhile. */
  readonly onPartitions: (partitions: readonly number[]) => void
  /** Told with the ids that live, about once a second. */
  readonly onAlive: (ids: readonly string[]) => Promise<void>
  readonly onLeader: () => void
}

const BEAT_MS = 500
/** Beats are counted, not timed: who has not counted on for this long by our own clock is taken for dead. */
const DEAD_AFTER_MS = 1750
const LEASE = 'leader'

export const allPartitions = Array.from({ length: PARTITIONS }, (_, partition) => partition)

/** Alone with its database, an instance leads and owns all. */
export async function joinAlone(parts: Parts): Promise<Membership> {
  await parts.onAlive([])
  parts.onPartitions(allPartitions)
  parts.onLeader()
  return { isLeader: () => true, alive: () => [parts.instance], close: async () => undefined }
}

type Seen = { readonly beat: number; readonly at: number }

export async function joinOthers(parts: Parts): Promise<Membership> {
  const { database, instance, clock } = parts
  const seen = new Map<string, Seen>()
  let alive: readonly string[] = []
  let owned = ''
  let epoch: number | undefined
  let leaseSeen: (Seen & { readonly epoch: number }) | undefined

  const isStale = (last: Seen) => clock.monotonic() - last.at > DEAD_AFTER_MS

  async function beat(): Promise<void> {
    const now = clock.time()
    await database.engine.inTransaction(async (connection) => {
      if (!(await database.instances.beat(connection, instance))) await database.instances.join(connection, instance, now)
    })
  }

  async function look(): Promise<void> {
    const rows = await database.instances.all(database.engine.reader)
    for (const { id, beat: count } of rows) {
      const last = seen.get(id)
      if (!last || last.beat !== count) seen.set(id, { beat: count, at: clock.monotonic() })
    }
    for (const id of seen.keys()) if (!rows.some((row) => row.id === id)) seen.delete(id)
    const dead = [...seen].filter(([id, last]) => id !== instance && isStale(last)).map(([id]) => id)
    for (const id of dead) await database.engine.inTransaction((connection) => database.instances.leave(connection, id))
    alive = rows.map((row) => row.id).filter((id) => !dead.includes(id))
  }

  function share(): void {
    const index = alive.indexOf(instance)
    const partitions = index < 0 ? [] : allPartitions.filter((partition) => partition % alive.length === index)
    if (partitions.join() === owned) return
    owned = partitions.join()
    parts.log.info('partitions assigned', { partitions, instances: alive.length })
    parts.onPartitions(partitions)
  }

  async function lead(): Promise<void> {
    await database.engine.inTransaction(async (connection) => {
      if (epoch !== undefined && (await database.leases.renew(connection, LEASE, instance, epoch))) return
      epoch = undefined
      const lease = await database.leases.find(connection, LEASE)
      if (!isFree(lease)) return
      epoch = await database.leases.take(connection, LEASE, instance, lease)
    })
    if (epoch !== undefined) parts.onLeader()
  }

  function isFree(lease: Lease | undefined): boolean {
    if (!lease || lease.holder === '') return true
    const isSame = leaseSeen?.epoch === lease.epoch && leaseSeen.beat === lease.beat
    if (!isSame || !leaseSeen) leaseSeen = { beat: lease.beat, epoch: lease.epoch, at: clock.monotonic() }
    return isStale(leaseSeen)
  }

  async function step(): Promise<number> {
    await beat()
    await look()
    await lead()
    share()
    await parts.onAlive(alive)
    return BEAT_MS
  }

  await step()
  const loop = startLoop(clock, parts.log, 'membership', step)
  return {
    isLeader: () => epoch !== undefined,
    alive: () => alive,
    async close() {
      await loop.close()
      await database.engine.inTransaction(async (connection) => {
        await database.leases.release(connection, LEASE, instance)
        await database.instances.leave(connection, instance)
      })
    },
  }
}
