import { addMilliseconds } from '@voipbin/contracts/time'
import type { Database } from '@voipbin/sql'
import type { Clock } from './clock.ts'
import { firstIdAt } from './ids.ts'
import type { Logger } from './logger.ts'
import { type Loop, startLoop } from './loop.ts'

const DAY_MS = 86_400_000
const OPERATIONS_KEPT_MS = DAY_MS
const INBOX_KEPT_MS = 7 * DAY_MS
const ROWS_A_COMMIT = 500
const EVERY_MS = 60_000

type Parts = { readonly database: Database; readonly clock: Clock; readonly log: Logger; readonly isLeader: () => boolean }

/** Forgets stored replies after a day and applied events after seven, a few rows a commit. */
export function startHousekeeping({ database, clock, log, isLeader }: Parts): Loop {
  return startLoop(clock, log, 'housekeeping', async () => {
    if (!isLeader()) return EVERY_MS
    const before = addMilliseconds(clock.time(), -OPERATIONS_KEPT_MS)
    const operations = await database.engine.inTransaction((connection) => database.operations.forget(connection, before, ROWS_A_COMMIT))
    const oldest = firstIdAt(clock.now() - INBOX_KEPT_MS)
    const events = await database.engine.inTransaction((connection) => database.inbox.forget(connection, oldest, ROWS_A_COMMIT))
    return operations >= ROWS_A_COMMIT || events >= ROWS_A_COMMIT ? 0 : EVERY_MS
  })
}
