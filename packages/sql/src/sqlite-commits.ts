import { type Connection, DatabaseUnavailable } from './connection.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import type { Turns } from './sqlite-turns.ts'

/** Transactions that share one COMMIT: past this many, those who came first wait too long. */
const GROUP_LIMIT = 64

type Group = { size: number; readonly committed: Promise<void>; readonly resolve: () => void; readonly reject: (error: unknown) => void }

/**
 * Runs transactions one after the other on the one writer. Those that wait already when one ends join it: each in a
 * savepoint of its own, all in one COMMIT, which costs more than the work of most of them; with `synchronous` FULL it
 * waits for the disk. Nobody is told of success before that COMMIT.
 */
export function createCommits(writer: SqliteConnection, isOpen: () => boolean, turns: Turns) {
  let group: Group | undefined

  function close(current: Group): void {
    group = undefined
    try {
      if (!isOpen()) throw new DatabaseUnavailable('SQLite rolled the transaction back')
      writer.run('COMMIT', [])
      current.resolve()
    } catch (error) {
      if (isOpen()) writer.run('ROLLBACK', [])
      current.reject(new DatabaseUnavailable('Cannot commit', { cause: error }))
    }
  }

  function open(): Group {
    writer.run('BEGIN IMMEDIATE', [])
    const { promise: committed, resolve, reject } = Promise.withResolvers<void>()
    committed.catch(() => undefined) // those who joined are told; perhaps all of them had failed before
    return { size: 0, committed, resolve, reject }
  }

  async function inSavepoint<T>(current: Group, work: (connection: Connection) => Promise<T>): Promise<T> {
    writer.run('SAVEPOINT one', [])
    try {
      const result = await work(writer)
      writer.run('RELEASE one', [])
      current.size++
      return result
    } catch (error) {
      if (isOpen()) {
        writer.run('ROLLBACK TO one', [])
        writer.run('RELEASE one', [])
      }
      throw error
    }
  }

  return async function inTransaction<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const release = await turns.take('transaction')
    let current: Group | undefined
    let result: T
    try {
      current = group ??= open()
      result = await inSavepoint(current, work)
    } finally {
      if (current && !(isOpen() && current.size < GROUP_LIMIT && turns.isTransactionNext())) close(current)
      release()
    }
    await current.committed
    return result
  }
}
