import { parseTime } from '@voipbin/contracts/time'
import { firstIdAt, job } from '@voipbin/service-kit'
import { z } from 'zod'
import { deleteEvents } from '../store/events.ts'

const DAY_MS = 86_400_000
const ROWS_A_COMMIT = 500

/** Deletes what is older than the retention. Key: the day on which something was recorded first. */
export const forgetEvents = job('forget_events', z.object({}))

export const forgetEventsHandler = (retentionDays: number) =>
  forgetEvents.inTx(async (tx) => {
    const before = firstIdAt(parseTime(tx.now) - retentionDays * DAY_MS)
    if ((await deleteEvents(tx, { before }, ROWS_A_COMMIT)) === ROWS_A_COMMIT) tx.schedule(forgetEvents, tx.now.slice(0, 10), tx.now, {})
  })
