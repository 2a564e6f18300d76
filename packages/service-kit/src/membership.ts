import { PARTITIONS } from '@voipbin/bus'
import { type Connection, type Database, DuplicateKey, type Lease } from '@voipbin/sql'
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
  /** Told when this instance begins to lead. */
  readonly onLeader: () => void
}

const BEAT_MS = 500
/**
 * Beats are counted, not timed: who has not counted on for this long by our own clock is taken for dead. Seen within one
 * beat, judged at one: with these a takeover is done 2.0 s after the last beat, and 2.5 s leave room for slow statements.
 */
const DEAD_AFTER_MS = 1450
const LEASE = 'leader'

export const allPartitions = Array.from({ length: PARTITIONS }, (_, partition) => partition)

/** Alone with its database, an instance leads and owns all; what is marked as running was left by one before it. */
export async function joinAlone({ database, instance, onPartitions }: Parts): Promise<Membership> {
  await database.engine.inTransaction((connection) => database.jobs.reclaim(connection, async () => []))
  onPartitions(allPartitions)
  return { isLeader: () => true, alive: () => [instance], close: async () => undefined }
}

/** Beats beside the other replicas and shares the work with them. @throws DatabaseUnavailable when not even the first beat succeeds */
export async function joinOthers(parts: Parts): Promise<Membership> {
  const { database, instance, clock } = parts
  const { instances, jobs, leases } = database
  const seen = createSightings(clock)
  const leadership = createLeadership(parts)
  let alive: readonly string[] = []
  let owned = ''

  async function beat(connection: Connection): Promise<void> {
    if (!(await instances.beat(connection, instance))) await instances.join(connection, instance, clock.time())
  }

  async function look(connection: Connection): Promise<readonly string[]> {
    const rows = await instances.all(connection)
    const dead = seen.update(rows).filter((id) => id !== instance)
    for (const id of dead) await instances.leave(connection, id)
    return rows.map((row) => row.id).filter((id) => !dead.includes(id))
  }

  function share(): void {
    const index = alive.indexOf(instance)
    const partitions = index < 0 ? [] : allPartitions.filter((partition) => partition % alive.length === index)
    if (partitions.join() === owned) return
    owned = partitions.join()
    parts.log.info('partitions assigned', { partitions, instances: alive.length })
    parts.onPartitions(partitions)
  }

  async function step(): Promise<number> {
    const at = clock.monotonic()
    const { living, epoch } = await database.engine.inTransaction(async (connection) => {
      await beat(connection)
      const living = await look(connection)
      const epoch = await leadership.keep(connection)
      // Jobs in the hands of instances that are gone wait again.
      await jobs.reclaim(connection, async () => [instance, ...(await instances.all(connection)).map(({ id }) => id)])
      return { living, epoch }
    })
    alive = living
    share()
    leadership.note(epoch, at)
    return BEAT_MS
  }

  await step()
  const loop = startLoop(clock, parts.log, 'membership', step)
  return {
    isLeader: leadership.isHeld,
    alive: () => alive,
    async close() {
      await loop.close()
      await database.engine.inTransaction(async (connection) => {
        await leases.release(connection, LEASE, instance)
        await instances.leave(connection, instance)
      })
    },
  }
}

/** Remembers when each counter was seen to move, by the own clock. */
function createSightings(clock: Clock) {
  const seen = new Map<string, { readonly beat: number; readonly at: number }>()
  return {
    /** @returns those whose counter has stood still for too long */
    update(rows: readonly { readonly id: string; readonly beat: number }[]): string[] {
      const now = clock.monotonic()
      for (const { id, beat } of rows) if (seen.get(id)?.beat !== beat) seen.set(id, { beat, at: now })
      for (const id of seen.keys()) if (!rows.some((row) => row.id === id)) seen.delete(id)
      return [...seen].filter(([, { at }]) => now - at > DEAD_AFTER_MS).map(([id]) => id)
    },
  }
}

/** The lease on leading. Who cannot renew it in time stops leading by its own clock, before another may take it. */
function createLeadership({ database, instance, clock, onLeader }: Parts) {
  const seen = createSightings(clock)
  let epoch: number | undefined
  let renewedAt = 0

  const isFree = (lease: Lease | undefined): boolean => {
    if (!lease || lease.holder === '' || lease.holder === instance) return true
    // Each holder's term counts for itself.
    return seen.update([{ id: String(lease.epoch), beat: lease.beat }]).length > 0
  }

  async function take(connection: Connection): Promise<number | undefined> {
    const lease = await database.leases.find(connection, LEASE)
    if (!isFree(lease)) return undefined
    try {
      return await database.leases.take(connection, LEASE, instance, lease)
    } catch (error) {
      if (error instanceof DuplicateKey) return undefined // another one was the first of all
      throw error
    }
  }

  return {
    isHeld: () => epoch !== undefined && clock.monotonic() - renewedAt < DEAD_AFTER_MS,
    /** @returns the epoch of the lease, where it is held once this commits */
    async keep(connection: Connection): Promise<number | undefined> {
      if (epoch !== undefined && (await database.leases.renew(connection, LEASE, instance, epoch))) return epoch
      return take(connection)
    },
    /** @param at when the transaction that kept the lease began */
    note(kept: number | undefined, at: number): void {
      const isNew = kept !== undefined && kept !== epoch
      epoch = kept
      renewedAt = at
      if (isNew) onLeader()
    },
  }
}
