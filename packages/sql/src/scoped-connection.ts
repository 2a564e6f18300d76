import { type Connection, DatabaseUnavailable, type Row, WriteConflict } from './connection.ts'

export const afterTheEnd = () => new TypeError('The transaction has ended: something in it was not awaited')

export type ScopedConnection = {
  readonly connection: Connection
  /** @throws TypeError where a statement is still under way; the failure that ended the transaction, if any */
  checkEnd(): void
  close(): void
}

/**
 * The session as the work of one transaction sees it. After the end it refuses: on SQLite a late statement would land in
 * somebody else's transaction. After a failure that ended the transaction on the server it refuses too: whoever catches
 * such a failure and goes on would write outside of any transaction.
 */
export function openScope(connection: Connection): ScopedConnection {
  let isOpen = true
  let underWay = 0
  let failure: unknown

  const check = () => {
    if (!isOpen) throw afterTheEnd()
    if (failure !== undefined) throw failure
  }
  const note = (error: unknown): never => {
    if (error instanceof DatabaseUnavailable || error instanceof WriteConflict) failure = error
    throw error
  }
  const watch = <T>(statement: () => T | Promise<T>): T | Promise<T> => {
    check()
    try {
      const result = statement()
      if (!(result instanceof Promise)) return result
      underWay++
      return result.catch(note).finally(() => underWay--)
    } catch (error) {
      return note(error)
    }
  }

  return {
    connection: {
      dialect: connection.dialect,
      all: (text, parameters) => watch<Row[]>(() => connection.all(text, parameters)),
      run: (text, parameters) => watch<number>(() => connection.run(text, parameters)),
      exec: () => {
        throw new TypeError('DDL belongs into migrations, and the kernel begins and commits')
      },
    },
    checkEnd() {
      if (underWay > 0) throw new TypeError('Cannot commit: a statement of the transaction was not awaited')
      if (failure !== undefined) throw failure
    },
    close() {
      isOpen = false
    },
  }
}
