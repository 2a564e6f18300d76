import type { Connection, Dialect } from '../connection.ts'

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
  /**
   * Puts a job in place of the one with the same kind and key.
   * @param owner who has it in hand already. @returns what that one has in hand then
   */
  schedule(connection: Connection, job: NewJob, now: string, owner?: string): Promise<StoredJob>
  unschedule(connection: Connection, kind: string, key: string): Promise<void>
  /** `except` names kinds that the runner has no hand free for. */
  due(connection: Connection, now: string, limit: number, except?: readonly string[]): Promise<StoredJob[]>
  nextDue(connection: Connection, except?: readonly string[]): Promise<string | undefined>
  /** What is marked as running by that instance. */
  runningOf(connection: Connection, owner: string): Promise<StoredJob[]>
  /** The rest are compare-and-sets on the fence. */
  claim(connection: Connection, job: StoredJob, owner: string): Promise<StoredJob | undefined>
  finish(connection: Connection, job: StoredJob): Promise<boolean>
  postpone(connection: Connection, job: StoredJob, next: { state: 'waiting' | 'dead'; dueAt: string; error: string }): Promise<boolean>
  /**
   * Running jobs of instances that are gone wait again. Who lives is asked after the owners were read: an instance
   * that joins in between has its row before it claims anything. @returns how many
   */
  reclaim(connection: Connection, alive: () => Promise<readonly string[]>): Promise<number>
  dead(connection: Connection, limit: number): Promise<StoredJob[]>
  replay(connection: Connection, ids: readonly string[] | 'all', now: string): Promise<number>
  counts(connection: Connection): Promise<{ waiting: number; running: number; dead: number }>
}

export function createJobs(service: string): Jobs {
  const table = `${service}_jobs`
  return { ...scheduling(table), ...looking(table), ...running(table), ...deadJobs(table) }
}

const fields = 'id, kind, job_key, due_at, payload, attempt, fence, state, request_id, trace, error'

/** A new id replaces the old one: nested operations are named after it, and those of the job before are not meant. */
const REPLACED = ['id', 'due_at', 'payload', 'request_id', 'trace', 'state', 'owner']
/** Whoever has it in hand knows its fence without a look. An older hand on the same row has another id, or does the same once more. */
const FIRST_FENCE = 1
const reset = (next: string) => `attempt = 0, fence = case when ${next} is null then fence + 1 else ${FIRST_FENCE} end, error = null`

function scheduling(table: string): Pick<Jobs, 'schedule' | 'unschedule'> {
  const insert =
    `insert into ${table} (id, kind, job_key, due_at, payload, attempt, fence, state, owner, request_id, trace, tm_create) ` +
    `values (?, ?, ?, ?, ?, 0, ${FIRST_FENCE}, ?, ?, ?, ?, ?)`
  const text: Readonly<Record<Dialect, string>> = {
    sqlite: `${insert} on conflict (kind, job_key) do update set ${REPLACED.map((column) => `${column} = excluded.${column}`).join(', ')}, ${reset('excluded.owner')}`,
    // MariaDB knows no row alias, which MySQL 8 would rather have than VALUES().
    mysql: `${insert} on duplicate key update ${REPLACED.map((column) => `${column} = values(${column})`).join(', ')}, ${reset('values(owner)')}`,
  }
  return {
    async schedule(connection, { id, kind, key, dueAt, requestId, trace, ...job }, now, owner) {
      const payload = JSON.stringify(job.payload)
      const state = owner === undefined ? 'waiting' : 'running'
      await connection.run(text[connection.dialect], [id, kind, key, dueAt, payload, state, owner ?? null, requestId, trace, now])
      const stored = { id, kind, key, due_at: dueAt, attempt: 0, fence: FIRST_FENCE, state, request_id: requestId, trace, error: null }
      return { ...stored, payload: JSON.parse(payload) }
    },
    async unschedule(connection, kind, key) {
      await connection.run(`delete from ${table} where kind = ? and job_key = ?`, [kind, key])
    },
  }
}

function looking(table: string): Pick<Jobs, 'due' | 'nextDue' | 'runningOf' | 'counts'> {
  return {
    async due(connection, now, limit, except = []) {
      const text = `select ${fields} from ${table} where state = 'waiting' and due_at <= ?${otherThan(except)} order by due_at, kind, job_key limit ?`
      return (await connection.all(text, [now, ...except, limit])).map(toJob)
    },
    async nextDue(connection, except = []) {
      const [row] = await connection.all(`select min(due_at) as due_at from ${table} where state = 'waiting'${otherThan(except)}`, except)
      return (row?.['due_at'] as string | null) ?? undefined
    },
    async runningOf(connection, owner) {
      return (await connection.all(`select ${fields} from ${table} where state = 'running' and owner = ?`, [owner])).map(toJob)
    },
    async counts(connection) {
      const rows = await connection.all(`select state, count(*) as total from ${table} group by state`, [])
      const of = (state: string) => Number(rows.find((row) => row['state'] === state)?.['total'] ?? 0)
      return { waiting: of('waiting'), running: of('running'), dead: of('dead') }
    },
  }
}

/** By the primary key, so that no two statements lock a row by different ways; the id tells a job from one scheduled after it. */
const THIS_ONE = 'kind = ? and job_key = ? and id = ? and fence = ?'
const handleOf = ({ kind, key, id, fence }: StoredJob) => [kind, key, id, fence]

function running(table: string): Pick<Jobs, 'claim' | 'finish' | 'postpone' | 'reclaim'> {
  const changed = async (matched: number | Promise<number>) => (await matched) === 1
  return {
    async claim(connection, job, owner) {
      const text = `update ${table} set state = 'running', owner = ?, fence = fence + 1 where ${THIS_ONE} and state = 'waiting'`
      return (await changed(connection.run(text, [owner, ...handleOf(job)])))
        ? { ...job, fence: job.fence + 1, state: 'running' }
        : undefined
    },
    finish: (connection, job) => changed(connection.run(`delete from ${table} where ${THIS_ONE}`, handleOf(job))),
    postpone: (connection, job, { state, dueAt, error }) =>
      changed(
        connection.run(
          `update ${table} set state = ?, owner = null, attempt = attempt + 1, fence = fence + 1, due_at = ?, error = ? where ${THIS_ONE}`,
          [state, dueAt, error.slice(0, 4096), ...handleOf(job)],
        ),
      ),
    async reclaim(connection, alive) {
      const rows = await connection.all(`select distinct owner from ${table} where state = 'running'`, [])
      if (rows.length === 0) return 0
      const living = new Set(await alive())
      let count = 0
      for (const owner of rows.map((row) => String(row['owner'])).filter((candidate) => !living.has(candidate))) {
        count += await connection.run(
          `update ${table} set state = 'waiting', owner = null, fence = fence + 1 where state = 'running' and owner = ?`,
          [owner],
        )
      }
      return count
    },
  }
}

function deadJobs(table: string): Pick<Jobs, 'dead' | 'replay'> {
  return {
    async dead(connection, limit) {
      return (
        await connection.all(`select ${fields} from ${table} where state = 'dead' order by due_at, kind, job_key limit ?`, [limit])
      ).map(toJob)
    },
    async replay(connection, ids, now) {
      const set = `update ${table} set state = 'waiting', attempt = 0, fence = fence + 1, due_at = ? where state = 'dead'`
      if (ids === 'all') return connection.run(set, [now])
      let count = 0
      for (const id of ids) count += await connection.run(`${set} and id = ?`, [now, id])
      return count
    },
  }
}

const otherThan = (kinds: readonly string[]) => (kinds.length === 0 ? '' : ` and kind not in (${kinds.map(() => '?').join(', ')})`)

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
