import { type Connection, DuplicateKey } from '../connection.ts'

/** Rows by which replicas see each other. A beat is a counter, not a time, so clocks need not agree. */
export type Instances = {
  join(connection: Connection, id: string, now: string): Promise<void>
  /** @returns false where others took this instance for dead and removed its row */
  beat(connection: Connection, id: string): Promise<boolean>
  all(connection: Connection): Promise<{ id: string; beat: number }[]>
  leave(connection: Connection, id: string): Promise<void>
}

export function createInstances(service: string): Instances {
  const table = `${service}_instances`
  return {
    async join(connection, id, now) {
      await connection.run(`delete from ${table} where id = ?`, [id])
      await connection.run(`insert into ${table} (id, beat, tm_start) values (?, 0, ?)`, [id, now])
    },
    beat: async (connection, id) => (await connection.run(`update ${table} set beat = beat + 1 where id = ?`, [id])) === 1,
    async all(connection) {
      const rows = await connection.all(`select id, beat from ${table} order by id`, [])
      return rows.map((row) => ({ id: String(row['id']), beat: Number(row['beat']) }))
    },
    async leave(connection, id) {
      await connection.run(`delete from ${table} where id = ?`, [id])
    },
  }
}

export type Lease = { readonly holder: string; readonly epoch: number; readonly beat: number }

/** A named right that one instance has at a time. `epoch` grows with each holder: the fence of what it writes. */
export type Leases = {
  find(connection: Connection, name: string): Promise<Lease | undefined>
  /** Takes the lease from `seen`, or from nobody. @returns the new epoch, or undefined where another was first */
  take(connection: Connection, name: string, holder: string, seen: Lease | undefined): Promise<number | undefined>
  /** @returns false where the lease has gone to another */
  renew(connection: Connection, name: string, holder: string, epoch: number): Promise<boolean>
  release(connection: Connection, name: string, holder: string): Promise<void>
}

export function createLeases(service: string): Leases {
  const table = `${service}_leases`
  const insert = async (connection: Connection, name: string, holder: string): Promise<boolean> => {
    try {
      await connection.run(`insert into ${table} (name, holder, epoch, beat) values (?, ?, 1, 0)`, [name, holder])
      return true
    } catch (error) {
      if (error instanceof DuplicateKey) return false
      throw error
    }
  }
  return {
    async find(connection, name) {
      const [row] = await connection.all(`select holder, epoch, beat from ${table} where name = ?`, [name])
      return row && { holder: String(row['holder']), epoch: Number(row['epoch']), beat: Number(row['beat']) }
    },
    async take(connection, name, holder, seen) {
      if (!seen) return (await insert(connection, name, holder)) ? 1 : undefined
      const text = `update ${table} set holder = ?, epoch = epoch + 1, beat = 0 where name = ? and epoch = ? and beat = ?`
      const matched = await connection.run(text, [holder, name, seen.epoch, seen.beat])
      return matched === 1 ? seen.epoch + 1 : undefined
    },
    renew: async (connection, name, holder, epoch) =>
      (await connection.run(`update ${table} set beat = beat + 1 where name = ? and holder = ? and epoch = ?`, [name, holder, epoch])) ===
      1,
    async release(connection, name, holder) {
      await connection.run(`update ${table} set holder = '', beat = 0 where name = ? and holder = ?`, [name, holder])
    },
  }
}
