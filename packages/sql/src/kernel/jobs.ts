import { type Connection, DuplicateKey } from '../connection.ts'

export type NewJob = {
  readonly id: string
  readonly kind: string
  readonly key: string
  readonly dueAt: string
  readonly payload: unknown
  readonly requestId: string
  readonly trace: string
}

export type StoredJob = {
  readonly id: string
  readonly kind: string
  readonly key: string
  readonly due_at: string
  readonly payload: unknown
  readonly attempt: number
  readonly fence: number
  readonly state: string
  readonly request_id: string
  readonly trace: string
  readonly error: string | null
}

/**
 * Durable jobs and timers. `fence` grows whenever a row changes hands or is scheduled anew, so whoever worked on an
 * older one cannot end the newer.
 */
export type Jobs = {
  /** Puts a job in place of the one with the same kind and key. */
  schedule(connection: Connection, job: NewJob, now: string): Promise<void>
  unschedule(connection: Connection, kind: string, key: string): Promise<void>
  due(connection: Connection, now: string, limit: number): Promise<StoredJob[]>
  nextDue(connection: Connection): Promise<string | undefined>
  /** The rest are compare-and-sets on the fence. */
  claim(connection: Connection, job: StoredJob, owner: string): Promise<StoredJob | undefined>
  finish(connection: Connection, job: StoredJob): Promise<boolean>
  postpone(connection: Connection, job: StoredJob, next: { state: 'waiting' | 'dead'; dueAt: string; error: string }): Promise<boolean>
  /** Running jobs of instances that are gone wait again. @returns how many */
  reclaim(connection: Connection, alive: readonly string[]): Promise<number>
  dead(connection: Connection, limit: number): Promise<StoredJob[]>
  replay(connection: Connection, ids: readonly string[] | 'all', now: string): Promise<number>
  counts(connection: Connection): Promise<{ waiting: number; running: number; dead: number }>
}

export function createJobs(service: string): Jobs {
  const table = `${service}_jobs`
  const fields = 'id, kind, job_key, due_at, payload, attempt, fence, state, request_id, trace, error'
  const changed = async (matched: number | Promise<number>) => (await matched) === 1
  const replace = (connection: Connection, job: NewJob) =>
    connection.run(
      `update ${table} set due_at = ?, payload = ?, attempt = 0, fence = fence + 1, state = 'waiting', owner = null, request_id = ?, trace = ?, error = null where kind = ? and job_key = ?`,
      [job.dueAt, JSON.stringify(job.payload), job.requestId, job.trace, job.kind, job.key],
    )
  return {
    async schedule(connection, job, now) {
      if ((await replace(connection, job)) > 0) return
      try {
        await connection.run(
          `insert into ${table} (id, kind, job_key, due_at, payload, attempt, fence, state, request_id, trace, tm_create) values (?, ?, ?, ?, ?, 0, 1, 'waiting', ?, ?, ?)`,
          [job.id, job.kind, job.key, job.dueAt, JSON.stringify(job.payload), job.requestId, job.trace, now],
        )
      } catch (error) {
        // Another transaction inserted the same key in between; it has committed, so its row can be replaced now.
        if (!(error instanceof DuplicateKey)) throw error
        await replace(connection, job)
      }
    },
    async unschedule(connection, kind, key) {
      await connection.run(`delete from ${table} where kind = ? and job_key = ?`, [kind, key])
    },
    async due(connection, now, limit) {
      const text = `select ${fields} from ${table} where state = 'waiting' and due_at <= ? order by due_at limit ${limit}`
      return (await connection.all(text, [now])).map(toJob)
    },
    async nextDue(connection) {
      const [row] = await connection.all(`select min(due_at) as due_at from ${table} where state = 'waiting'`, [])
      return (row?.['due_at'] as string | null) ?? undefined
    },
    async claim(connection, job, owner) {
      const text = `update ${table} set state = 'running', owner = ?, fence = fence + 1 where id = ? and fence = ? and state = 'waiting'`
      return (await changed(connection.run(text, [owner, job.id, job.fence]))) ? { ...job, fence: job.fence + 1, state: 'running' } : undefined
    },
    finish: (connection, job) => changed(connection.run(`delete from ${table} where id = ? and fence = ?`, [job.id, job.fence])),
    postpone: (connection, job, { state, dueAt, error }) =>
      changed(
        connection.run(
          `update ${table} set state = ?, owner = null, attempt = attempt + 1, fence = fence + 1, due_at = ?, error = ? where id = ? and fence = ?`,
          [state, dueAt, error.slice(0, 4096), job.id, job.fence],
        ),
      ),
    async reclaim(connection, alive) {
      const rows = await connection.all(`select distinct owner from ${table} where state = 'running'`, [])
      let count = 0
      for (const owner of rows.map((row) => String(row['owner'])).filter((candidate) => !alive.includes(candidate))) {
        count += await connection.run(
          `update ${table} set state = 'waiting', owner = null, fence = fence + 1 where state = 'running' and owner = ?`,
          [owner],
        )
      }
      return count
    },
    async dead(connection, limit) {
      return (await connection.all(`select ${fields} from ${table} where state = 'dead' order by due_at limit ${limit}`, [])).map(toJob)
    },
    async replay(connection, ids, now) {
      const set = `update ${table} set state = 'waiting', attempt = 0, fence = fence + 1, due_at = ? where state = 'dead'`
      if (ids === 'all') return connection.run(set, [now])
      let count = 0
      for (const id of ids) count += await connection.run(`${set} and id = ?`, [now, id])
      return count
    },
    async counts(connection) {
      const rows = await connection.all(`select state, count(*) as total from ${table} group by state`, [])
      const of = (state: string) => Number(rows.find((row) => row['state'] === state)?.['total'] ?? 0)
      return { waiting: of('waiting'), running: of('running'), dead: of('dead') }
    },
  }
}

function toJob(row: Record<string, unknown>): StoredJob {
  return {
    id: String(row['id']),
    kind: String(row['kind']),
    key: String(row['job_key']),
    due_at: String(row['due_at']),
    payload: JSON.parse(row['payload'] as string),
    attempt: Number(row['attempt']),
    fence: Number(row['fence']),
    state: String(row['state']),
    request_id: String(row['request_id']),
    trace: String(row['trace']),
    error: row['error'] as string | null,
  }
}
