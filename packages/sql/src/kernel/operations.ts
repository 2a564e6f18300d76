import { type Connection, DuplicateKey } from '../connection.ts'

export type StoredOperation = { readonly method: string; readonly inputHash: string; readonly reply: string }

/** Replies of mutations by the hash of their operation id, so that a repetition is answered and not done again. */
export type Operations = {
  find(connection: Connection, hash: string): Promise<StoredOperation | undefined>
  /** @throws OperationExists where the same operation has committed meanwhile */
  store(connection: Connection, hash: string, operation: StoredOperation, now: string): Promise<void>
  /** Forgets the oldest that were stored before that time. @returns how many, at most `limit` */
  forget(connection: Connection, before: string, limit: number): Promise<number>
}

/** The operation was done by somebody else between the look and the commit: answer with what that one stored. */
export class OperationExists extends Error {
  constructor() {
    super('The operation has been done already')
    this.name = 'OperationExists'
  }
}

export function createOperations(service: string): Operations {
  const table = `${service}_operations`
  return {
    async find(connection, hash) {
      const [row] = await connection.all(`select method, input_hash, reply from ${table} where hash = ?`, [hash])
      return row && { method: String(row['method']), inputHash: String(row['input_hash']), reply: String(row['reply']) }
    },
    async store(connection, hash, { method, inputHash, reply }, now) {
      try {
        await connection.run(`insert into ${table} (hash, method, input_hash, reply, tm_create) values (?, ?, ?, ?, ?)`, [
          hash,
          method,
          inputHash,
          reply,
          now,
        ])
      } catch (error) {
        throw error instanceof DuplicateKey ? new OperationExists() : error
      }
    },
    async forget(connection, before, limit) {
      const rows = await connection.all(`select position, tm_create from ${table} order by position limit ?`, [limit])
      const last = rows.findLast((row) => String(row['tm_create']) < before)
      return last ? connection.run(`delete from ${table} where position <= ?`, [Number(last['position'])]) : 0
    },
  }
}
