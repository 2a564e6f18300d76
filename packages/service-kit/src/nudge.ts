import type { Bus, Closable } from '@voipbin/bus'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { parseTime } from '@voipbin/contracts/time'
import type { Committed } from '@voipbin/sql'
import type { Clock } from './clock.ts'
import { JOBS_POLL_MS } from './run-jobs.ts'

/** Type of the event by which a replica tells the relay of its service that there is something to fetch. Nobody subscribes to it. */
export const NUDGE = 'kernel_nudge'
/** How long nudges to other instances are gathered. */
const GATHER_MS = 5

type Parts = {
  readonly service: string
  readonly bus: Bus
  readonly clock: Clock
  /** Whether this instance relays the outbox. */
  readonly isLeader: () => boolean
  readonly nudgeRelay: () => void
  readonly nudgeJobs: () => void
}

export type Nudge = {
  /** To be told of each commit. */
  committed(committed: Committed): void
  /** Hears the nudges of other instances. */
  listen(): Promise<Closable>
}

/** Tells the jobs here, and the relay of whichever instance leads, that a commit left something to do. */
export function createNudge({ service, bus, clock, isLeader, nudgeRelay, nudgeJobs }: Parts): Nudge {
  let isTold = false
  const tellOthers = () => {
    if (isTold) return
    isTold = true
    clock.after(GATHER_MS, () => {
      isTold = false
      bus.publish([nudgeEvent(service, clock.time())]).catch(() => undefined) // the relay's own poll is the net
    })
  }
  return {
    committed({ events, nextDue }) {
      // What is due later is found in time.
      if (nextDue !== undefined && parseTime(nextDue) - clock.now() <= JOBS_POLL_MS) nudgeJobs()
      if (events.length === 0) return
      if (isLeader()) nudgeRelay()
      else tellOthers()
    },
    listen: () => bus.watch([{ publisher: service, type: NUDGE }], nudgeRelay),
  }
}

/** A nudge is not a fact: it has no id that matters, and nothing is lost with it. */
const nudgeEvent = (service: string, time: string): EventEnvelope => ({
  id: '',
  time,
  type: NUDGE,
  publisher: service,
  customer_id: '',
  resource_id: '',
  order_key: '',
  sequence: 0,
  request_id: '',
  trace: '',
  data: {},
})
