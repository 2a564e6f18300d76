import type { EventEnvelope } from '@voipbin/contracts/event'
import type { Connection } from '../connection.ts'

/** Events of committed transactions that nobody has published yet, in the order in which their keys changed. */
export type Outbox = {
  append(connection: Connection, events: readonly EventEnvelope[], now: string): Promise<void>
  read(connection: Connection, limit: number): Promise<StoredEvent[]>
  remove(connection: Connection, positions: readonly number[]): Promise<void>
  /** How many wait, and since when the first does. */
  state(connection: Connection): Promise<{ waiting: number; since: string | undefined }>
}
export type StoredEvent = { readonly position: number; readonly event: EventEnvelope }

/** Statements must come from a bounded set of texts, so lists are cut to these lengths. */
const CHUNKS = [256, 64, 16, 4, 1]

export function createOutbox(service: string): Outbox {
  const table = `${service}_outbox`
  const inserts = new Map(CHUNKS.map((count) => [count, `insert into ${table} (body, tm_create) values ${list('(?, ?)', count)}`]))
  const removes = new Map(CHUNKS.map((count) => [count, `delete from ${table} where position in (${list('?', count)})`]))
  return {
    async append(connection, events, now) {
      for (const chunk of chunksOf(events)) {
        await connection.run(
          inserts.get(chunk.length) ?? '',
          chunk.flatMap((event) => [JSON.stringify(event), now]),
        )
      }
    },
    async read(connection, limit) {
      const rows = await connection.all(`select position, body from ${table} order by position limit ?`, [limit])
      return rows.map((row) => ({ position: Number(row['position']), event: JSON.parse(row['body'] as string) as EventEnvelope }))
    },
    async remove(connection, positions) {
      for (const chunk of chunksOf(positions)) await connection.run(removes.get(chunk.length) ?? '', chunk)
    },
    async state(connection) {
      const [row] = await connection.all(`select count(*) as waiting, min(tm_create) as since from ${table}`, [])
      return { waiting: Number(row?.['waiting'] ?? 0), since: (row?.['since'] as string | null) ?? undefined }
    },
  }
}

const list = (item: string, count: number) => Array(count).fill(item).join(', ')

function chunksOf<T>(items: readonly T[]): T[][] {
  const chunks: T[][] = []
  for (let start = 0; start < items.length; ) {
    const size = CHUNKS.find((chunk) => chunk <= items.length - start) ?? 1
    chunks.push(items.slice(start, start + size))
    start += size
  }
  return chunks
}
