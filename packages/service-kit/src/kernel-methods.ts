import { type MethodDeclaration, mutation, query } from '@voipbin/contracts/contract'
import type { Database, ParkedEvent, Read, StoredJob, Tx } from '@voipbin/sql'
import { z } from 'zod'
import type { AnyAnswer } from './answer.ts'

/** An event or job that was given up: what it was, why, and under which name it can be replayed. */
export const deadLetter = z.object({
  /** `event:<position>` or `job:<id>`. */
  name: z.string(),
  /** Listener, or kind of job. */
  what: z.string(),
  /** Event type and order key, or the job's key. */
  subject: z.string(),
  attempts: z.int(),
  error: z.string(),
  tm_last: z.string(),
  payload: z.unknown(),
})
export type DeadLetter = z.output<typeof deadLetter>

export const kernelDeclarations = {
  /** At most `limit` of each sort. */
  'kernel.listDeadLetters': query(z.object({ limit: z.int().min(1).max(1000).default(100) }), z.object({ result: z.array(deadLetter) })),
  'kernel.replayDeadLetters': mutation(
    z.object({ names: z.union([z.literal('all'), z.array(z.string().regex(/^(event:\d+|job:[0-9a-f-]{36})$/)).max(1000)]) }),
    z.object({ replayed: z.int() }),
  ),
} satisfies Record<string, MethodDeclaration>

/** What every service answers beside its contract, for operators. */
export function kernelMethods(database: Database): { name: string; declaration: MethodDeclaration; answer: AnyAnswer }[] {
  const list = async (read: Read, { limit }: { limit: number }) => {
    const events = await database.inbox.dead(read.connection, limit)
    const jobs = await database.jobs.dead(read.connection, limit)
    return { result: [...events.map(fromEvent), ...jobs.map(fromJob)] }
  }
  const replay = async (tx: Tx, { names }: { names: 'all' | string[] }) => {
    const picked = (prefix: string) =>
      names === 'all' ? names : names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
    const events = picked('event:')
    const positions = events === 'all' ? events : events.map(Number)
    const replayed =
      (await database.inbox.replay(tx.connection, positions, tx.now)) + (await database.jobs.replay(tx.connection, picked('job:'), tx.now))
    return { replayed }
  }
  return [
    { name: 'kernel.listDeadLetters', declaration: kernelDeclarations['kernel.listDeadLetters'], answer: list as AnyAnswer },
    { name: 'kernel.replayDeadLetters', declaration: kernelDeclarations['kernel.replayDeadLetters'], answer: replay as AnyAnswer },
  ]
}

function fromEvent(parked: ParkedEvent): DeadLetter {
  return {
    name: `event:${parked.position}`,
    what: parked.listener,
    subject: `${parked.event.type} ${parked.order_key}`,
    attempts: parked.attempt,
    error: parked.error ?? '',
    tm_last: parked.due_at,
    payload: parked.event,
  }
}

function fromJob(job: StoredJob): DeadLetter {
  return {
    name: `job:${job.id}`,
    what: job.kind,
    subject: job.key,
    attempts: job.attempt,
    error: job.error ?? '',
    tm_last: job.due_at,
    payload: job.payload,
  }
}
