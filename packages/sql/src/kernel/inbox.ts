import type { EventEnvelope } from '@voipbin/contracts/event'
import { type Connection, DuplicateKey } from '../connection.ts'
import { chunksOf, list, textsOf } from './chunks.ts'

/** Which events a listener has taken, and those that it could not apply yet. */
export type Inbox = {
  /** @returns false where this listener has taken the event before */
  take(connection: Connection, listener: string, eventId: string): Promise<boolean>
  /** The same for many at once. @returns those that were not taken before */
  takeAll<T extends Taken>(connection: Connection, wanted: readonly T[]): Promise<T[]>
  /** Whether any event waits, for a cheap look before the next. */
  isAnyWaiting(connection: Connection): Promise<boolean>
  /** Which of the order keys have an event of this listener waiting, behind which later ones must queue. */
  blocked(connection: Connection, listener: string, orderKeys: readonly string[]): Promise<Set<string>>
  park(connection: Connection, parked: NewParked): Promise<void>
  /** The first waiting event of each listener and key that is due. */
  due(connection: Connection, now: string, limit: number): Promise<ParkedEvent[]>
  /** When the next of those is. Events behind them are due with them, whenever they came. */
  nextDue(connection: Connection): Promise<string | undefined>
  /** The next two are compare-and-sets on the attempt. @returns false where another instance was first */
  resolve(connection: Connection, parked: ParkedEvent): Promise<boolean>
  postpone(connection: Connection, parked: ParkedEvent, next: { state: 'waiting' | 'dead'; dueAt: string; error: string }): Promise<boolean>
  dead(connection: Connection, limit: number): Promise<ParkedEvent[]>
  /** Dead → waiting, due at once, behind nobody. @returns how many */
  replay(connection: Connection, positions: readonly number[] | 'all', now: string): Promise<number>
  counts(connection: Connection): Promise<{ waiting: number; dead: number }>
  /** Forgets what was taken before the event id, which sorts by time. @returns how many, at most `limit` */
  forget(connection: Connection, beforeEventId: string, limit: number): Promise<number>
}

export type Taken = { readonly listener: string; readonly eventId: string }

type NewParked = {
  readonly listener: string
  readonly event: EventEnvelope
  readonly attempt: number
  readonly dueAt: string
  readonly error: string | null
  readonly now: string
}

export type ParkedEvent = {
  readonly position: number
  readonly listener: string
  readonly order_key: string
  readonly state: string
  readonly attempt: number
  readonly due_at: string
  readonly error: string | null
  readonly event: EventEnvelope
}

/** Keys asked for at once: lists are filled up to one of these lengths, so that there are few statement texts. */
const KEY_LISTS = [1, 8, 64] as const

export function createInbox(service: string): Inbox {
  const parked = `${service}_parked`
  return { ...takenEvents(`${service}_inbox`), ...parkedEvents(parked), ...deadEvents(parked) }
}

const fields = 'position, listener, order_key, state, attempt, due_at, error, body'

function takenEvents(inbox: string): Pick<Inbox, 'take' | 'takeAll' | 'forget'> {
  const insert = textsOf((count) => `insert into ${inbox} (event_id, listener) values ${list('(?, ?)', count)}`)
  /** @returns false where one of them was taken before; then none is now */
  const store = async (connection: Connection, wanted: readonly Taken[]): Promise<boolean> => {
    try {
      await connection.run(
        insert(wanted.length),
        wanted.flatMap(({ eventId, listener }) => [eventId, listener]),
      )
      return true
    } catch (error) {
      if (error instanceof DuplicateKey) return false
      throw error
    }
  }
  return {
    take: (connection, listener, eventId) => store(connection, [{ listener, eventId }]),
    async takeAll(connection, wanted) {
      const taken: (typeof wanted)[number][] = []
      for (const chunk of chunksOf(wanted)) {
        if (await store(connection, chunk)) taken.push(...chunk)
        else if (chunk.length > 1) for (const one of chunk) if (await store(connection, [one])) taken.push(one)
      }
      return taken
    },
    forget: async (connection, beforeEventId, limit) => {
      const rows = await connection.all(`select event_id from ${inbox} where event_id < ? order by event_id limit ?`, [
        beforeEventId,
        limit,
      ])
      const last = rows.at(-1)
      return last ? connection.run(`delete from ${inbox} where event_id <= ?`, [String(last['event_id'])]) : 0
    },
  }
}

function parkedEvents(parked: string): Pick<Inbox, 'isAnyWaiting' | 'blocked' | 'park' | 'due' | 'nextDue' | 'resolve' | 'postpone'> {
  const changed = async (matched: number | Promise<number>) => (await matched) > 0
  const isFirst =
    `not exists (select 1 from ${parked} q where q.state = 'waiting' and q.listener = p.listener ` +
    'and q.order_key = p.order_key and q.position < p.position)'
  return {
    isAnyWaiting: async (connection) =>
      (await connection.all(`select 1 as one from ${parked} where state = 'waiting' limit 1`, [])).length > 0,
    async blocked(connection, listener, orderKeys) {
      const found = new Set<string>()
      for (const keys of filledLists([...new Set(orderKeys)])) {
        const text = `select distinct order_key from ${parked} where state = 'waiting' and listener = ? and order_key in (${keys.map(() => '?').join(', ')})`
        for (const row of await connection.all(text, [listener, ...keys])) found.add(String(row['order_key']))
      }
      return found
    },
    async park(connection, { listener, event, attempt, dueAt, error, now }) {
      await connection.run(
        `insert into ${parked} (event_id, listener, order_key, state, attempt, due_at, body, error, tm_create) values (?, ?, ?, 'waiting', ?, ?, ?, ?, ?)`,
        [event.id, listener, event.order_key, attempt, dueAt, JSON.stringify(event), error, now],
      )
    },
    async due(connection, now, limit) {
      const text = `select ${fields} from ${parked} p where state = 'waiting' and due_at <= ? and ${isFirst} order by position limit ?`
      return (await connection.all(text, [now, limit])).map(toParked)
    },
    async nextDue(connection) {
      const [row] = await connection.all(`select min(due_at) as due_at from ${parked} p where state = 'waiting' and ${isFirst}`, [])
      return (row?.['due_at'] as string | null) ?? undefined
    },
    resolve: (connection, event) =>
      changed(
        connection.run(`delete from ${parked} where position = ? and attempt = ? and state = 'waiting'`, [event.position, event.attempt]),
      ),
    postpone: (connection, event, { state, dueAt, error }) =>
      changed(
        connection.run(
          `update ${parked} set state = ?, attempt = attempt + 1, due_at = ?, error = ? where position = ? and attempt = ? and state = 'waiting'`,
          [state, dueAt, error.slice(0, 4096), event.position, event.attempt],
        ),
      ),
  }
}

function deadEvents(parked: string): Pick<Inbox, 'dead' | 'replay' | 'counts'> {
  return {
    async dead(connection, limit) {
      return (await connection.all(`select ${fields} from ${parked} where state = 'dead' order by position limit ?`, [limit])).map(toParked)
    },
    async replay(connection, positions, now) {
      const set = `update ${parked} set state = 'waiting', attempt = 0, due_at = ? where state = 'dead'`
      if (positions === 'all') return connection.run(set, [now])
      let count = 0
      for (const position of positions) count += await connection.run(`${set} and position = ?`, [now, position])
      return count
    },
    async counts(connection) {
      const rows = await connection.all(`select state, count(*) as total from ${parked} group by state`, [])
      const of = (state: string) => Number(rows.find((row) => row['state'] === state)?.['total'] ?? 0)
      return { waiting: of('waiting'), dead: of('dead') }
    },
  }
}

function filledLists(keys: readonly string[]): string[][] {
  const lists: string[][] = []
  for (let start = 0; start < keys.length; start += KEY_LISTS[2]) {
    const list = keys.slice(start, start + KEY_LISTS[2])
    const length = KEY_LISTS.find((candidate) => candidate >= list.length) ?? list.length
    lists.push([...list, ...Array<string>(length - list.length).fill(list[0] ?? '')])
  }
  return lists
}

function toParked(row: Record<string, unknown>): ParkedEvent {
  return {
    position: Number(row['position']),
    listener: String(row['listener']),
    order_key: String(row['order_key']),
    state: String(row['state']),
    attempt: Number(row['attempt']),
    due_at: String(row['due_at']),
    error: row['error'] as string | null,
    event: JSON.parse(row['body'] as string) as EventEnvelope,
  }
}
