import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { describeSql } from '../test/sql-conformance.ts'
import { type Connection, DatabaseUnavailable, type Engine } from './connection.ts'
import { openEngine } from './database.ts'
import { createCheckpoints } from './sqlite-checkpoints.ts'
import { openSqlite } from './sqlite-engine.ts'

const options = { poolSize: 4, synchronous: 'NORMAL', service: 'sample' } as const
const makeFolder = () => mkdtemp(join(tmpdir(), 'voipbin-sql-'))

describeSql('SQLite in memory', async () => {
  const engine = await openEngine({ ...options, url: 'sqlite::memory:', dataFolder: '' })
  return { engine, openAnother: undefined, close: () => engine.close() }
})

describeSql('SQLite in a file', async () => {
  const dataFolder = await makeFolder()
  const engine = await openEngine({ ...options, url: 'sqlite:', dataFolder })
  return {
    engine,
    openAnother: undefined,
    async close() {
      await engine.close()
      await rm(dataFolder, { recursive: true })
    },
  }
})

describe('openSqlite()', () => {
  let folder: string
  let file: string
  let engine: Engine
  beforeEach(async () => {
    folder = await makeFolder()
    file = join(folder, 'x.db')
    engine = openSqlite({ file, synchronous: 'NORMAL' })
    await engine.withSession(async (connection) => connection.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)'))
  })
  afterEach(async () => {
    await engine.close()
    await rm(folder, { recursive: true })
  })

  const insert = (id: number, body = '') =>
    engine.inTransaction(async (connection) => connection.run('INSERT INTO t VALUES (?, ?)', [id, body]))
  const ids = async () => (await engine.reader.all('SELECT id FROM t ORDER BY id', [])).map((row) => row['id'])

  test('reads see the last commit while a transaction is open, and do not wait for it', async () => {
    await insert(1)
    const inside = Promise.withResolvers<void>()
    const gate = Promise.withResolvers<void>()
    const writing = engine.inTransaction(async (connection) => {
      await connection.run('INSERT INTO t VALUES (2, NULL)', [])
      expect(connection.all('SELECT id FROM t', [])).toHaveLength(2)
      inside.resolve()
      await gate.promise
    })
    await inside.promise
    expect(await ids()).toEqual([1])
    gate.resolve()
    await writing
    expect(await ids()).toEqual([1, 2])
  })

  test('the reader’s session cannot write, not even in disguise', async () => {
    await expect((async () => engine.reader.all('WITH x AS (SELECT 1) DELETE FROM t', []))()).rejects.toThrow('readonly')
  })

  test('a file is one process’s: a second one, here or elsewhere, is turned away', async () => {
    expect(() => openSqlite({ file, synchronous: 'NORMAL' })).toThrow(DatabaseUnavailable)
    const script = `import('${import.meta.dirname}/sqlite-engine.ts').then(({ openSqlite }) => openSqlite({ file: '${file}', synchronous: 'NORMAL' }))`
    await expect(promisify(execFile)(process.execPath, ['-e', script])).rejects.toThrow('another process has it open')
    await engine.close()
    engine = openSqlite({ file, synchronous: 'NORMAL' })
    expect(await ids()).toEqual([])
  })

  test('a process that is killed leaves the file free, and all that it had committed', async () => {
    await engine.close()
    const script = `
      import('${import.meta.dirname}/sqlite-engine.ts').then(async ({ openSqlite }) => {
        const engine = openSqlite({ file: '${file}', synchronous: 'NORMAL' })
        await engine.inTransaction(async (connection) => connection.run('INSERT INTO t VALUES (1, NULL)', []))
        await engine.inTransaction(async (connection) => {
          await connection.run('INSERT INTO t VALUES (2, NULL)', [])
          process.kill(process.pid, 'SIGKILL')
          await new Promise(() => undefined)
        })
      })`
    await expect(promisify(execFile)(process.execPath, ['-e', script])).rejects.toMatchObject({ signal: 'SIGKILL' })
    engine = openSqlite({ file, synchronous: 'NORMAL' })
    expect(await ids()).toEqual([1])
  })

  test('a file that cannot be opened is the database being away', () => {
    expect(() => openSqlite({ file: join(folder, 'absent', 'x.db'), synchronous: 'NORMAL' })).toThrow(DatabaseUnavailable)
  })

  test('with a gap between commits, what begins in it waits for one of its own, and for the end of all', async () => {
    const other = join(folder, 'gap.db')
    const seldom = openSqlite({ file: other, synchronous: 'NORMAL', commitGapMs: 3_600_000 })
    await seldom.withSession(async (connection) => connection.exec('CREATE TABLE t (id INTEGER)'))
    const add = (id: number) => seldom.inTransaction(async (connection) => connection.run('INSERT INTO t VALUES (?)', [id]))
    const count = async () => (await seldom.reader.all('SELECT id FROM t', [])).length
    await add(1) // the first is committed at once
    const waiting = [add(2), add(3)]
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
    expect(await count()).toBe(1)
    await seldom.close()
    await Promise.all(waiting)
    const again = openSqlite({ file: other, synchronous: 'NORMAL' })
    expect(await again.reader.all('SELECT id FROM t', [])).toHaveLength(3)
    await again.close()
  })

  test('the log does not grow with the number of commits', async () => {
    for (let id = 0; id < 3000; id++) await insert(id, 'x'.repeat(500))
    expect((await stat(`${file}-wal`)).size).toBeLessThan(6 * 1024 * 1024)
  })

  test('a thread copies the log beside the commits, and lets go of the file when it is closed', async () => {
    const checkpoints = createCheckpoints()
    const other = join(folder, 'copied.db')
    const copied = openSqlite({ file: other, synchronous: 'NORMAL', checkpoints })
    await copied.withSession(async (connection) => connection.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)'))
    const before = (await stat(other)).size
    // Too little for a commit to copy it.
    for (let id = 0; id < 400; id++)
      await copied.inTransaction(async (connection) => connection.run('INSERT INTO t VALUES (?, ?)', [id, 'x'.repeat(500)]))
    await expect.poll(async () => (await stat(other)).size, { timeout: 10_000 }).toBeGreaterThan(before)
    await copied.close()
    expect((await readdir(folder)).filter((name) => name.startsWith('copied.db-'))).toEqual([])
    await checkpoints.close()
    const again = openSqlite({ file: other, synchronous: 'NORMAL' })
    expect(await again.reader.all('SELECT count(*) AS n FROM t', [])).toEqual([{ n: 400 }])
    await again.close()
  })

  test('writers of a file whose log is long wait for a copy of all of it, also where it is closed meanwhile', async () => {
    const checkpoints = createCheckpoints()
    const other = join(folder, 'busy.db')
    const busy = openSqlite({ file: other, synchronous: 'NORMAL', checkpoints })
    await busy.withSession(async (connection) => connection.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)'))
    const write = (id: number) =>
      busy.inTransaction(async (connection) => connection.run('INSERT INTO t VALUES (?, ?)', [id, 'x'.repeat(80_000)]))
    const taken: string[] = []
    const takeAlone = async () => {
      taken.push('taken')
      return () => void taken.push('released')
    }
    const tellOfMany = () => Array.from({ length: 200 }, () => checkpoints.committed(other, takeAlone))
    for (let id = 0; id < 50; id++) await write(id)
    tellOfMany()
    for (let id = 50; id < 200; id++) await write(id)
    // 20 pages each: by now the log is long, whatever was copied meanwhile.
    await expect
      .poll(() => {
        tellOfMany()
        return taken
      })
      .toEqual(expect.arrayContaining(['taken', 'released']))
    const last = write(200)
    await busy.close()
    await last
    await checkpoints.close()
    expect((await readdir(folder)).filter((name) => name.startsWith('busy.db-'))).toEqual([])
  })

  test('the log that one large transaction leaves is cut back', async () => {
    await engine.inTransaction(async (connection) => {
      for (let id = 0; id < 6000; id++) await connection.run('INSERT INTO t VALUES (?, ?)', [id, 'x'.repeat(4000)])
    })
    expect((await stat(`${file}-wal`)).size).toBeGreaterThan(20 * 1024 * 1024)
    for (let id = 10_000; id < 10_010; id++) await insert(id)
    expect((await stat(`${file}-wal`)).size).toBeLessThanOrEqual(16 * 1024 * 1024)
  })

  test('synchronous is as asked for', async () => {
    const pragma = (on: Engine) => on.withSession(async (connection) => (await connection.all('PRAGMA synchronous', []))[0])
    expect(await pragma(engine)).toEqual({ synchronous: 1 })
    const full = openSqlite({ file: join(folder, 'full.db'), synchronous: 'FULL' })
    expect(await pragma(full)).toEqual({ synchronous: 2 })
    await full.close()
  })

  describe('transactions that wait', () => {
    const works = (count: number, work: (connection: Connection, index: number) => Promise<unknown>) =>
      Promise.allSettled(Array.from({ length: count }, (_, index) => engine.inTransaction((connection) => work(connection, index))))

    test('share a commit: 1 for 50, and none is told before it', async () => {
      const watcher = new DatabaseSync(file, { readOnly: true })
      const version = () => Number(watcher.prepare('PRAGMA data_version').get()?.['data_version'])
      const before = version()
      let isAnyTold = false
      const seen: number[] = []
      const all = Array.from({ length: 50 }, (_, id) =>
        engine
          .inTransaction(async (connection) => {
            expect(isAnyTold).toBe(false)
            await connection.run('INSERT INTO t VALUES (?, NULL)', [id])
          })
          .then(() => {
            isAnyTold = true
            seen.push(Number((watcher.prepare('SELECT count(*) AS n FROM t').get() as { n: number }).n))
          }),
      )
      await Promise.all(all)
      expect(seen).toEqual(Array(50).fill(50))
      expect(version()).not.toBe(before)
      watcher.close()
    })

    test('share it with those that begin in the same turn of the event loop, and with nobody later', async () => {
      const watcher = new DatabaseSync(file, { readOnly: true })
      const count = () => Number(watcher.prepare('SELECT count(*) AS n FROM t').get()?.['n'])
      const seen: number[] = []
      const write = async (id: number) => {
        await insert(id)
        seen.push(count())
      }
      const begun = [write(1)]
      // Nothing waits when these begin: those before have done their work, and wait for their commit.
      for (let id = 2; id <= 4; id++) {
        for (let turn = 0; turn < 50; turn++) await Promise.resolve()
        begun.push(write(id))
      }
      await Promise.all(begun)
      await write(5)
      expect(seen).toEqual([4, 4, 4, 4, 5])
      watcher.close()
    })

    test('give way to who needs the writer alone', async () => {
      const writing = insert(1)
      for (let turn = 0; turn < 50; turn++) await Promise.resolve()
      await engine.withSession(async (connection) => connection.exec('ALTER TABLE t ADD COLUMN more TEXT'))
      await writing
      expect(await ids()).toEqual([1])
    })

    test('and one of them fails: its savepoint alone is undone, first, middle or last', async () => {
      for (const failing of [0, 5, 9]) {
        await engine.inTransaction(async (connection) => connection.run('DELETE FROM t', []))
        const results = await works(10, async (connection, index) => {
          await connection.run('INSERT INTO t VALUES (?, NULL)', [index])
          if (index === failing) throw new RangeError('no')
        })
        expect(results.map(({ status }) => status === 'fulfilled')).toEqual(Array.from({ length: 10 }, (_, index) => index !== failing))
        expect(await ids()).toEqual(Array.from({ length: 10 }, (_, index) => index).filter((index) => index !== failing))
      }
    })

    test('and the commit fails: all are told so, nothing is there, and the next one works', async () => {
      await engine.withSession(async (connection) =>
        connection.exec('CREATE TABLE child (parent INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)'),
      )
      const results = await works(3, async (connection, index) => {
        await connection.run('INSERT INTO t VALUES (?, NULL)', [index])
        if (index === 1) await connection.run('INSERT INTO child VALUES (99)', [])
      })
      for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: expect.any(DatabaseUnavailable) })
      expect(await ids()).toEqual([])
      await insert(7)
      expect(await ids()).toEqual([7])
    })

    test('and SQLite itself rolls back: all are told so, and the next one works', async () => {
      await engine.withSession(async (connection) =>
        connection.exec("CREATE TRIGGER full BEFORE INSERT ON t WHEN NEW.body = 'full' BEGIN SELECT RAISE(ROLLBACK, 'disk'); END"),
      )
      const results = await works(
        4,
        async (connection, index) => await connection.run('INSERT INTO t VALUES (?, ?)', [index, index === 2 ? 'full' : '']),
      )
      expect(results.slice(0, 3).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
      expect(results[3]?.status).toBe('fulfilled')
      expect(await ids()).toEqual([3])
    })
  })

  test('more rows than fit on the disk are the database being away, and what was there stays', async () => {
    await insert(1)
    await engine.withSession(async (connection) => connection.exec('PRAGMA max_page_count = 20'))
    const filling = engine.inTransaction(async (connection) => {
      for (let id = 2; id < 100; id++) await connection.run('INSERT INTO t VALUES (?, ?)', [id, 'x'.repeat(4000)])
    })
    await expect(filling).rejects.toThrow(DatabaseUnavailable)
    expect(await ids()).toEqual([1])
    await insert(2)
    expect(await ids()).toEqual([1, 2])
  })

  test('an operator’s tool that holds the file is the database being away, until it lets go', async () => {
    const tool = new DatabaseSync(file)
    tool.exec('BEGIN IMMEDIATE')
    await expect(insert(1)).rejects.toThrow(DatabaseUnavailable)
    tool.exec('ROLLBACK')
    tool.close()
    await insert(1)
    expect(await ids()).toEqual([1])
  })

  test('close() waits for the transaction that is open; what comes later is refused', async () => {
    const gate = Promise.withResolvers<void>()
    const writing = engine.inTransaction(async (connection) => {
      await gate.promise
      await connection.run('INSERT INTO t VALUES (1, NULL)', [])
    })
    const closing = engine.close()
    gate.resolve()
    await Promise.all([writing, closing])
    await expect(insert(2)).rejects.toThrow(DatabaseUnavailable)
    await expect((async () => ids())()).rejects.toThrow(DatabaseUnavailable)
    await engine.close()
    engine = openSqlite({ file, synchronous: 'NORMAL' })
    expect(await ids()).toEqual([1])
  })
})

test('openEngine() refuses other kinds of URL, without telling the password', async () => {
  const opening = openEngine({ ...options, url: 'postgres://user:hush@host/x', dataFolder: '' })
  await expect(opening).rejects.toThrow('Cannot open database "host/x"')
})
