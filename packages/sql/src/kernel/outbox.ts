import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Connection } from '../connection.ts'
import { chunksOf, list, textsOf } from './chunks.ts'

/** Events of committed transactions that nobody has published yet, in the order in which their keys changed. */
export type Outbox = {
  append(connection: Connection, events: readonly EventEnvelope[], now: string): Promise<void>
  /** @param after a position; where several commit at once, one before it may yet come */
  read(connection: Connection, limit: number, after?: number): Promise<StoredEvent[]>
  remove(connection: Connection, positions: readonly number[]): Promise<void>
  /** How many wait, and since when the first does. */
  state(connection: Connection): Promise<{ waiting: number; since: string | undefined }>
}
export type StoredEvent = { readonly position: number; readonly event: EventEnvelope }

export function createOutbox(service: string): Outbox {
  const table = `${service}_outbox`
  const insert = textsOf((count) => `insert into ${table} (body, tm_create) values ${list('(?, ?)', count)}`)
  const remove = textsOf((count) => `delete from ${table} where position in (${list('?', count)})`)
  return {
    async append(connection, events, now) {
      for (const chunk of chunksOf(events)) {
        await connection.run(
          insert(chunk.length),
          chunk.flatMap((event) => [JSON.stringify(event), now]),
        )
      }
    },
    async read(connection, limit, after = 0) {
      const rows = await connection.all(`select position, body from ${table} where position > ? order by position limit ?`, [after, limit])
      return rows.map((row) => ({ position: Number(row['position']), event: JSON.parse(row['body'] as string) as EventEnvelope }))
    },
    async remove(connection, positions) {
      for (const chunk of chunksOf(positions)) await connection.run(remove(chunk.length), chunk)
    },
    async state(connection) {
      const [row] = await connection.all(`select count(*) as waiting, min(tm_create) as since from ${table}`, [])
      return { waiting: Number(row?.['waiting'] ?? 0), since: (row?.['since'] as string | null) ?? undefined }
    },
  }
}
