import type { Clock } from '@voipbin/service-kit'

/** Requests to one destination at once. */
const PER_DESTINATION = 24
/** To one whose last request ran into a time-out: enough to notice that it is back. */
const PER_TROUBLED = 1
/** Deliveries that wait here for one of those to end, and how long at most. */
const ROOM = 64
const LONGEST_WAIT_MS = 1000
/**
 * Those that find no room are told when to come back, one after the other at the pace of the destination, within bounds:
 * each coming back costs us something, and when a destination is well again, this is how long its backlog takes.
 */
const SHORTEST_TURN_MS = 1
const LONGEST_TURN_MS = 100

export type PassEnd = 'answered' | 'timed out' | 'other'
export type Pass = { leave(end: PassEnd): void }
export type Refusal = { readonly putOffMs: number }

/**
 * Who may send to a destination now. However many deliveries one destination has due, and however long it keeps each
 * waiting, it holds few of the hands that all share: that is what keeps it from delaying others. In this instance's
 * memory: with several instances a destination has as many times the requests.
 */
export type Gate = {
  enter(destination: string): Promise<Pass | Refusal>
  /** Requests under way. */
  underWay(): number
  /** Lets nobody in any more. Resolves when nothing is under way. */
  close(): Promise<void>
}

type Waiter = (entry: Pass | Refusal) => void
/** `inside`: when each came in, the first first. */
type Door = {
  readonly inside: Set<{ readonly since: number }>
  readonly waiting: Waiter[]
  isTroubled: boolean
  averageMs: number
  lastTurn: number
}

export function createGate(clock: Clock): Gate {
  const doors = new Map<string, Door>()
  const ended = Promise.withResolvers<void>()
  let total = 0
  let isClosed = false

  const doorOf = (destination: string): Door => {
    const door = doors.get(destination) ?? { inside: new Set(), waiting: [], isTroubled: false, averageMs: 0, lastTurn: 0 }
    doors.set(destination, door)
    return door
  }
  const limitOf = (door: Door) => (door.isTroubled ? PER_TROUBLED : PER_DESTINATION)
  const isFree = (door: Door) => door.inside.size < limitOf(door)

  function putOff(door: Door): Refusal {
    const [first] = door.inside
    const paceMs = Math.max(door.averageMs, first ? clock.monotonic() - first.since : 0) / limitOf(door)
    const turnMs = Math.min(Math.max(paceMs, SHORTEST_TURN_MS), LONGEST_TURN_MS)
    door.lastTurn = Math.max(door.lastTurn, clock.now() + LONGEST_WAIT_MS) + turnMs
    return { putOffMs: door.lastTurn - clock.now() }
  }

  function admit(destination: string, door: Door): Pass {
    const own = { since: clock.monotonic() }
    door.inside.add(own)
    total++
    return {
      leave(end) {
        if (!door.inside.delete(own)) return
        total--
        if (end !== 'other') {
          door.averageMs = door.averageMs * 0.8 + (clock.monotonic() - own.since) * 0.2
          door.isTroubled = end === 'timed out'
        }
        letIn(destination, door)
        if (isClosed && total === 0) ended.resolve()
      },
    }
  }

  function letIn(destination: string, door: Door): void {
    if (door.isTroubled) for (const waiter of door.waiting.splice(0)) waiter(putOff(door))
    while (isFree(door)) {
      const waiter = door.waiting.shift()
      if (!waiter) break
      waiter(admit(destination, door))
    }
    const isIdle = door.inside.size === 0 && !door.isTroubled && door.lastTurn <= clock.now()
    if (isIdle) doors.delete(destination)
  }

  const wait = (door: Door): Promise<Pass | Refusal> =>
    new Promise((resolve) => {
      const cancel = clock.after(LONGEST_WAIT_MS, () => {
        door.waiting.splice(door.waiting.indexOf(waiter), 1)
        resolve(putOff(door))
      })
      const waiter: Waiter = (entry) => {
        cancel()
        resolve(entry)
      }
      door.waiting.push(waiter)
    })

  return {
    async enter(destination) {
      if (isClosed) return { putOffMs: LONGEST_WAIT_MS }
      const door = doorOf(destination)
      if (isFree(door)) return admit(destination, door)
      return door.isTroubled || door.waiting.length >= ROOM ? putOff(door) : wait(door)
    },
    underWay: () => total,
    close() {
      isClosed = true
      for (const door of doors.values()) for (const waiter of door.waiting.splice(0)) waiter({ putOffMs: LONGEST_WAIT_MS })
      if (total === 0) ended.resolve()
      return ended.promise
    },
  }
}
