import { type Connection, DatabaseUnavailable } from './connection.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import type { Turns } from './sqlite-turns.ts'

/** Transactions that share one COMMIT: past this many, those who came first wait too long. */
const GROUP_LIMIT = 64

type Group = {
  size: number
  isEnding: boolean
  /** One of them could not be undone: none may be kept. */
  isSpoilt: boolean
  readonly committed: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export type Commits = {
  inTransaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>
  /** Commits what is open, for who needs the writer alone and has its turn. */
  flush(): void
}

type Options = {
  readonly writer: SqliteConnection
  readonly isOpen: () => boolean
  readonly turns: Turns
  /** Calls back when those who are about to begin have begun; undefined: nobody is waited for. */
  readonly later: ((callback: () => void) => void) | undefined
  readonly onCommit: () => void
}

/**
 * Runs transactions one after the other on the one writer. Those that wait already when one ends, or begin in the same turn of the event
 * loop, join it: each in a savepoint of its own, all in one COMMIT, which costs more than the work of most of them; with `synchronous`
 * FULL it waits for the disk. Nobody is told of success before that COMMIT.
 */
export function createCommits({ writer, isOpen, turns, later, onCommit }: Options): Commits {
  let group: Group | undefined
  let isRunning = false
  /** The last transaction could not even be rolled back. */
  let isStuck = false

  function close(current: Group): void {
    group = undefined
    try {
      if (!isOpen() || current.isSpoilt) throw new DatabaseUnavailable('The transaction was rolled back')
      writer.run('COMMIT', [])
      current.resolve()
      onCommit()
    } catch (error) {
      current.reject(new DatabaseUnavailable('Cannot commit', { cause: error }))
      rollBack()
    }
  }

  function rollBack(): void {
    try {
      if (isOpen()) writer.run('ROLLBACK', [])
      isStuck = false
    } catch {
      isStuck = true // whoever is next tries again before it begins
    }
  }

  function open(): Group {
    if (isStuck) rollBack()
    writer.run('BEGIN IMMEDIATE', [])
    const { promise: committed, resolve, reject } = Promise.withResolvers<void>()
    committed.catch(() => undefined) // those who joined are told; perhaps all of them had failed before
    return { size: 0, isEnding: false, isSpoilt: false, committed, resolve, reject }
  }

  /** After one of the group: the group ends now, or with whoever comes next, or a little later. */
  function end(current: Group): void {
    if (!isOpen() || current.isSpoilt || current.size >= GROUP_LIMIT) close(current)
    else if (turns.isTransactionNext() || current.isEnding) return
    else if (!later) close(current)
    else {
      current.isEnding = true
      later(() => {
        current.isEnding = false
        // One that is under way by now ends it itself.
        if (group === current && !isRunning) close(current)
      })
    }
  }

  return {
    async inTransaction(work) {
      const release = await turns.take('transaction')
      let current: Group | undefined
      let result: Awaited<ReturnType<typeof work>>
      isRunning = true
      try {
        current = group ??= open()
        result = await inSavepoint({ writer, isOpen }, current, work)
      } finally {
        isRunning = false
        if (current) end(current)
        release()
      }
      await current.committed
      return result
    },
    flush() {
      if (group) close(group)
    },
  }
}

type Session = Pick<Options, 'writer' | 'isOpen'>

/** The first needs no savepoint: with it goes nothing that is anybody else's. */
async function inSavepoint<T>(session: Session, current: Group, work: (connection: Connection) => Promise<T>): Promise<T> {
  const { writer } = session
  const isFirst = current.size === 0
  if (!isFirst) writer.run('SAVEPOINT one', [])
  try {
    const result = await work(writer)
    if (!isFirst) writer.run('RELEASE one', [])
    current.size++
    return result
  } catch (error) {
    undo(session, current, isFirst)
    throw error
  }
}

/** What it was refused for is what its caller hears, also where this fails. */
function undo({ writer, isOpen }: Session, current: Group, isFirst: boolean): void {
  if (!isOpen()) return
  try {
    for (const text of isFirst ? ['ROLLBACK', 'BEGIN IMMEDIATE'] : ['ROLLBACK TO one', 'RELEASE one']) writer.run(text, [])
  } catch {
    current.isSpoilt = true
  }
}
