import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { requireServer } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createMysqlDatabase } from '../test/mysql-database.ts'
import { newSample, samples } from '../test/sample.ts'
import { describeSql } from '../test/sql-conformance.ts'
import { createTestSystem, someOrigin, type TestSystem } from '../test/test-system.ts'
import { type Connection, DatabaseUnavailable, type Engine, WriteConflict } from './connection.ts'
import { openMysql } from './mysql-engine.ts'

const server = requireServer('sql')
const url = server ?? ''

describe.skipIf(server === undefined)('with a server', () => {
  describeSql('MySQL', () => createMysqlDatabase(url))

  describe('openMysql()', () => {
    let database: Awaited<ReturnType<typeof createMysqlDatabase>>
    let engine: Engine
    let admin: Engine
    beforeEach(async () => {
      database = await createMysqlDatabase(url)
      engine = database.engine
      admin = openMysql({ url: database.url, poolSize: 1 })
      await admin.withSession(async (connection) => connection.exec('CREATE TABLE t (id BIGINT PRIMARY KEY, n BIGINT) ENGINE=InnoDB'))
    })
    afterEach(async () => {
      await admin.close()
      await database.close()
    })

    const one = async (connection: Connection, text: string) => Object.values((await connection.all(text, []))[0] ?? {})[0]
    const insert = (id: number) => engine.inTransaction(async (connection) => connection.run('INSERT INTO t VALUES (?, 0)', [id]))
    const ids = async (on = engine) => (await on.reader.all('SELECT id FROM t ORDER BY id', [])).map((row) => row['id'])
    type Work = (connection: Connection) => Promise<unknown>
    /** Runs `meanwhile` outside of a transaction that has done `first`, and then `last` in it. */
    async function during(first: Work, meanwhile: () => Promise<unknown>, last: Work = async () => undefined): Promise<void> {
      const begun = Promise.withResolvers<void>()
      const gate = Promise.withResolvers<void>()
      const open = engine.inTransaction(async (connection) => {
        await first(connection)
        begun.resolve()
        await gate.promise
        await last(connection)
      })
      open.catch(begun.reject)
      await begun.promise
      await meanwhile().finally(gate.resolve)
      await open
    }
    /** Ends sessions of this database as a crash or an operator would; all but the admin's own. */
    async function killSessions(): Promise<number> {
      return admin.withSession(async (connection) => {
        const text = 'SELECT id FROM information_schema.processlist WHERE db = DATABASE() AND id <> CONNECTION_ID()'
        const sessions = await connection.all(text, [])
        for (const { id } of sessions) await connection.exec(`KILL CONNECTION ${Number(id)}`)
        return sessions.length
      })
    }

    test('READ COMMITTED is in force: a transaction sees what others commit meanwhile', async () => {
      const see = (connection: Connection) => connection.all('SELECT id FROM t', [])
      const insertOutside = () => admin.inTransaction(async (other) => other.run('INSERT INTO t VALUES (1, 0)', []))
      await during(
        async (connection) => expect(await see(connection)).toEqual([]),
        insertOutside,
        async (connection) => expect(await see(connection)).toEqual([{ id: 1 }]),
      )
    })

    test('inserts do not wait for a transaction that has written in the range, as gap locks would make them', async () => {
      for (const id of [10, 20]) await insert(id)
      await during(
        async (connection) => connection.run('UPDATE t SET n = 1 WHERE id > 5 AND id < 30', []),
        () => admin.inTransaction(async (other) => other.run('INSERT INTO t VALUES (15, 0)', [])),
      )
      expect(await ids()).toEqual([10, 15, 20])
    })

    test('every connection is set up alike', async () => {
      const sessions = await Promise.all(
        Array.from({ length: 4 }, () =>
          engine.inTransaction(async (connection) => {
            await sleep(20)
            return {
              mode: String(await one(connection, 'SELECT @@sql_mode')),
              zone: await one(connection, 'SELECT @@time_zone'),
              wait: await one(connection, 'SELECT @@innodb_lock_wait_timeout'),
            }
          }),
        ),
      )
      for (const { mode, zone, wait } of sessions) {
        expect({ zone, wait }).toEqual({ zone: '+00:00', wait: 5 })
        for (const flag of ['STRICT_ALL_TABLES', 'ANSI_QUOTES', 'PIPES_AS_CONCAT', 'NO_BACKSLASH_ESCAPES']) expect(mode).toContain(flag)
      }
    })

    test('whole numbers past 2^53 and decimals travel unchanged', async () => {
      const [row] = await engine.reader.all('SELECT ? AS big, ? AS small, ? AS part, ? AS text', [9_007_199_254_740_993n, -1, 0.5, '1'])
      expect(row).toEqual({ big: '9007199254740993', small: -1, part: 0.5, text: '1' })
    })

    test('rows matched are counted, changed or not', async () => {
      await insert(1)
      const update = (n: number) => engine.inTransaction(async (connection) => connection.run('UPDATE t SET n = ? WHERE id = 1', [n]))
      expect([await update(5), await update(5), await update(5)]).toEqual([1, 1, 1])
    })

    test('of two that deadlock one is a WriteConflict, and a transaction() runs again', async () => {
      const system = await createTestSystem(engine)
      const rows = await Promise.all(
        [1, 2].map(() => system.database.transaction(someOrigin(), (tx) => samples.insert(tx, 'sample_created', newSample()))),
      )
      const bothHoldOne = Promise.withResolvers<void>()
      let holding = 0
      let runs = 0
      const cross = (order: typeof rows) =>
        system.database.transaction(someOrigin(), async (tx) => {
          runs++
          for (const { id } of order) {
            const row = await samples.get(tx, id)
            await samples.update(tx, 'sample_updated', row, { count: row.count + 1 })
            if (++holding === 2) bothHoldOne.resolve()
            await bothHoldOne.promise
          }
        })
      await Promise.all([cross(rows), cross(rows.toReversed())])
      expect(runs).toBe(3)
      for (const { id } of rows) expect(await samples.get(system.database.read(), id)).toMatchObject({ count: 2, version: 3 })
    })

    test('a row held longer than the lock wait is a WriteConflict', async () => {
      await insert(1)
      await during(
        async (connection) => connection.run('UPDATE t SET n = 1 WHERE id = 1', []),
        async () => {
          const waiting = admin.inTransaction(async (other) => {
            await other.exec('SET innodb_lock_wait_timeout = 1')
            return other.run('UPDATE t SET n = 2 WHERE id = 1', [])
          })
          await expect(waiting).rejects.toThrow(WriteConflict)
        },
      )
    })

    describe('within a transaction()', () => {
      let system: TestSystem
      beforeEach(async () => {
        system = await createTestSystem(engine)
      })

      test('work that swallows a deadlock is not committed in halves', async () => {
        for (const id of [1, 2]) await insert(id)
        const holding = Promise.withResolvers<void>()
        const crossed = Promise.withResolvers<void>()
        const swallowing = system.database.transaction(someOrigin(), async (tx) => {
          await tx.connection.run('UPDATE t SET n = n + 1 WHERE id = 1', [])
          holding.resolve()
          await crossed.promise
          await Promise.resolve(tx.connection.run('UPDATE t SET n = n + 1 WHERE id = 2', [])).catch(() => undefined)
          await Promise.resolve(tx.connection.run('INSERT INTO t VALUES (?, 0)', [Date.now()])).catch(() => undefined)
        })
        await holding.promise
        // The heavier transaction survives a deadlock, so this one writes more.
        const other = admin.inTransaction(async (connection) => {
          for (let id = 100; id < 120; id++) await connection.run('INSERT INTO t VALUES (?, 0)', [id])
          await connection.run('UPDATE t SET n = n + 1 WHERE id = 2', [])
          setTimeout(crossed.resolve, 50)
          await connection.run('UPDATE t SET n = n + 1 WHERE id = 1', [])
        })
        await Promise.all([swallowing, other])
        const [late] = await engine.reader.all('SELECT count(*) AS n FROM t WHERE id > 1000', [])
        expect(late).toEqual({ n: 1 })
        expect(await engine.reader.all('SELECT n FROM t WHERE id < 10 ORDER BY id', [])).toEqual([{ n: 2 }, { n: 2 }])
      })

      test('a statement that nobody awaited keeps it from committing', async () => {
        const careless = system.database.transaction(someOrigin(), async (tx) => {
          Promise.resolve(tx.connection.run('INSERT INTO t VALUES (1, 0)', [])).catch(() => undefined)
        })
        await expect(careless).rejects.toThrow('was not awaited')
        expect(await ids()).toEqual([])
      })

      test('a connection that is killed is the database being away; nothing is left, and the next one works', async () => {
        const inside = Promise.withResolvers<void>()
        const gate = Promise.withResolvers<void>()
        const killed = system.database.transaction(someOrigin(), async (tx) => {
          await samples.insert(tx, 'sample_created', newSample())
          inside.resolve()
          await gate.promise
          await samples.insert(tx, 'sample_created', newSample())
        })
        await inside.promise
        await killSessions()
        gate.resolve()
        await expect(killed).rejects.toThrow(DatabaseUnavailable)
        expect((await samples.list(system.database.read(), { page_size: 9, page_token: '' })).result).toEqual([])
        await system.database.transaction(someOrigin(), (tx) => samples.insert(tx, 'sample_created', newSample()))
        expect((await samples.list(system.database.read(), { page_size: 9, page_token: '' })).result).toHaveLength(1)
      })
    })

    test('a connection that dies before COMMIT leaves its outcome unknown, and that is said', async () => {
      const dying = during(async (connection) => connection.run('INSERT INTO t VALUES (1, 0)', []), killSessions)
      await expect(dying).rejects.toThrow(DatabaseUnavailable)
      await expect(dying).rejects.toThrow('outcome is not known')
      expect(await ids()).toEqual([])
    })

    test('a pool whose connections all died serves the next reads and transactions without a failure', async () => {
      await Promise.all(
        [1, 2, 3, 4].map((id) =>
          engine.inTransaction(async (connection) => {
            await connection.run('INSERT INTO t VALUES (?, 0)', [id])
            await sleep(30)
          }),
        ),
      )
      expect(engine.pool()).toEqual({ used: 0, open: 4, waiting: 0 })
      expect(await killSessions()).toBe(4)
      const works = await Promise.all([ids(), insert(5), insert(6), ids(), insert(7), insert(8)])
      expect(works).toHaveLength(6)
      expect(await ids()).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    })

    test('a server that hangs is the database being away, after the time that a statement may take', async () => {
      const hasty = openMysql({ url: database.url, poolSize: 1, statementTimeoutMs: 300 })
      const start = performance.now()
      await expect((async () => hasty.reader.all('SELECT SLEEP(5)', []))()).rejects.toThrow(DatabaseUnavailable)
      await expect(hasty.inTransaction(async (connection) => connection.all('SELECT SLEEP(5)', []))).rejects.toThrow(DatabaseUnavailable)
      expect(performance.now() - start).toBeLessThan(4000)
      expect(await ids(hasty)).toEqual([])
      await hasty.close()
    })

    test('a server that is not there is the database being away, in a transaction, a read and a session', async () => {
      const absent = openMysql({ url: 'mysql://user:hush@127.0.0.1:1/none', poolSize: 2 })
      for (const use of [
        () => absent.reader.all('SELECT 1', []),
        () => absent.inTransaction(async () => 1),
        () => absent.withSession(async () => 1),
      ]) {
        await expect((async () => use())()).rejects.toThrow('Cannot connect to the database: ECONNREFUSED')
        await expect((async () => use())()).rejects.toBeInstanceOf(DatabaseUnavailable)
      }
      expect(absent.pool()).toEqual({ used: 0, open: 0, waiting: 0 })
      await absent.close()
    })

    test('more users than connections take turns', async () => {
      const works = Array.from({ length: 30 }, (_, id) => insert(id))
      await sleep(0)
      expect(engine.pool().waiting).toBeGreaterThan(0)
      await Promise.all(works)
      expect(await ids()).toHaveLength(30)
      expect(engine.pool()).toEqual({ used: 0, open: 4, waiting: 0 })
    })

    test('close() waits for the transaction that is open; what comes later is refused', async () => {
      const own = openMysql({ url: database.url, poolSize: 2 })
      const gate = Promise.withResolvers<void>()
      const inside = Promise.withResolvers<void>()
      const writing = own.inTransaction(async (connection) => {
        inside.resolve()
        await gate.promise
        await connection.run('INSERT INTO t VALUES (1, 0)', [])
      })
      await inside.promise
      const closing = own.close()
      setTimeout(gate.resolve, 20)
      await Promise.all([writing, closing])
      await expect((async () => own.reader.all('SELECT 1', []))()).rejects.toThrow(DatabaseUnavailable)
      expect(await ids()).toEqual([1])
    })

    test('kernel tables use an index for what every service asks again and again', async () => {
      const { database: kernel } = await createTestSystem(engine)
      const operation = { method: 'm', inputHash: 'i', reply: '{}' }
      await engine.inTransaction((connection) => kernel.operations.store(connection, 'h', operation, '9'))
      const explain = async (text: string, ...parameters: string[]) =>
        JSON.stringify(await engine.reader.all(`EXPLAIN ${text}`, parameters))
      const id = randomUUID()
      const due = await explain(
        "SELECT id FROM sample_jobs WHERE state = 'waiting' AND due_at <= ? ORDER BY due_at, kind, job_key LIMIT 5",
        '9',
      )
      expect(due).toContain('sample_jobs_state_due_at')
      expect(due).not.toContain('filesort')
      expect(await explain('DELETE FROM sample_jobs WHERE kind = ? AND job_key = ? AND id = ? AND fence = 1', 'k', 'j', id)).toContain(
        'PRIMARY',
      )
      expect(await explain("SELECT 1 FROM sample_parked WHERE state = 'waiting' AND listener = ? AND order_key = ?", 'l', 'k')).toContain(
        'sample_parked_listener_order_key',
      )
      expect(await explain('SELECT reply FROM sample_operations WHERE hash = ?', 'h')).toContain('sample_operations_hash')
    })
  })
})
