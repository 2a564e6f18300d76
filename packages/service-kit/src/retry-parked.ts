import { addMilliseconds, parseTime } from '@voipbin/contracts/time'
import { DatabaseUnavailable, type ParkedEvent } from '@voipbin/sql'
import { type ListenParts, originOf, runEffect } from './listen.ts'
import type { Listener } from './listener.ts'
import { type Loop, startLoop } from './loop.ts'
import { delayAfter, describeFailure, NoHandler } from './retry-delays.ts'

const BATCH = 64
const POLL_MS = 1000

/** Tries parked events again when they are due, the first of each order key only, until they are applied or dead. */
export function startParkedRetries(parts: Omit<ListenParts, 'onParked'>, isLeader: () => boolean): Loop {
  const byName = new Map(parts.listeners.map((listener) => [listener.name, listener]))
  const { database, clock } = parts
  return startLoop(clock, parts.log, 'retry of parked events', async () => {
    if (!isLeader()) return POLL_MS
    const due = await database.inbox.due(database.engine.reader, clock.time(), BATCH)
    for (const parked of due) await retry(parts, byName.get(parked.listener), parked)
    if (due.length > 0) return 0
    const next = await database.inbox.nextDue(database.engine.reader)
    return next === undefined ? POLL_MS : Math.min(Math.max(parseTime(next) - clock.now(), 1), POLL_MS)
  })
}

async function retry(parts: Omit<ListenParts, 'onParked'>, listener: Listener | undefined, parked: ParkedEvent): Promise<void> {
  if (!listener) return fail(parts, parked, new NoHandler(`No listener "${parked.listener}" in this release`))
  try {
    const delivery = { event: parked.event, listener }
    await parts.database.transaction(originOf(parts.service, delivery), async (tx) => {
      if (await parts.database.inbox.resolve(tx.connection, parked)) await runEffect(parts.service, delivery, tx)
    })
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error
    await fail(parts, parked, error)
  }
}

async function fail(parts: Omit<ListenParts, 'onParked'>, parked: ParkedEvent, error: unknown): Promise<void> {
  const delayMs = delayAfter(error, parked.attempt)
  const state = delayMs === undefined ? 'dead' : 'waiting'
  const dueAt = addMilliseconds(parts.clock.time(), delayMs ?? 0)
  await parts.database.engine.inTransaction((connection) =>
    parts.database.inbox.postpone(connection, parked, { state, dueAt, error: describeFailure(error) }),
  )
  const fields = { listener: parked.listener, event_id: parked.event.id, attempt: parked.attempt + 1, error }
  if (state === 'dead') parts.log.error('event given up: see dead-letters', fields)
  else parts.log.debug('event failed again', fields)
}
