import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Engine } from '../src/index.ts'
import { createTestSystem, type Opened, type OpenSql } from './test-system.ts'

/** A migration that creates its table and adds its name to a log that tests read. */
const creates = (table: string, more = '') => `
export const up = async (schema) => {
  await schema.createTable('${table}', { name: { sqlite: 'TEXT', mysql: 'VARCHAR(20)', isNullable: false, defaultValue: undefined } }, { primaryKey: ['name'] })
  await schema.run({ sqlite: "INSERT INTO log (name) VALUES ('${table}')", mysql: "INSERT INTO log (name) VALUES ('${table}')" })
  ${more}
}`

export function migrationsSuite(open: OpenSql): void {
  let opened: Opened
  let engine: Engine
  let folder: string
  beforeEach(async () => {
    opened = await open()
    engine = opened.engine
    folder = await mkdtemp(join(tmpdir(), 'voipbin-sql-'))
    await engine.withSession(async (connection) => connection.exec('CREATE TABLE log (name VARCHAR(64) NOT NULL)'))
  })
  afterEach(async () => {
    await rm(folder, { recursive: true })
    await opened.close()
  })

  const write = (name: string, text: string) => writeFile(join(folder, name), text)
  const log = async () => (await engine.reader.all('SELECT name FROM log', [])).map((row) => row['name'])
  const recorded = async () => (await engine.reader.all('SELECT name FROM sample_migrations ORDER BY name', [])).map((row) => row['name'])
  const migrate = (on = engine) => createTestSystem(on, folder)

  test('run in the order of their names, each once', async () => {
    await write('0002-b.ts', creates('b'))
    await write('0001-a.ts', creates('a'))
    await write('0001-a.test.ts', 'throw new Error("no migration")')
    await write('readme.md', 'no migration')
    await migrate()
    await write('0003-c.ts', creates('c'))
    await migrate()
    await migrate()
    expect(await log()).toEqual(['a', 'b', 'c'])
    expect(await recorded()).toEqual(['0001-a', '0002-b', '0003-c', 'kernel-0001'])
    expect(await engine.reader.all("SELECT tm_create AS at FROM sample_migrations WHERE name = '0001-a'", [])).toEqual([
      { at: expect.stringMatching(/^2026-01-31T08:.*Z$/) },
    ])
  })

  test('a folder that is not there holds none', async () => {
    await createTestSystem(engine, join(folder, 'absent'))
    expect(await recorded()).toEqual(['kernel-0001'])
  })

  test('one that fails half-way runs again from its start, and those before it do not', async () => {
    await write('0001-a.ts', creates('a'))
    await write('0002-b.ts', creates('b', "throw new Error('crash')"))
    await expect(migrate()).rejects.toThrow('crash')
    expect(await recorded()).toEqual(['0001-a', 'kernel-0001'])
    await write('0003-b.ts', creates('b2'))
    await rm(join(folder, '0002-b.ts'))
    await write('0002-bb.ts', creates('b')) // another name, because a module is imported once
    await migrate()
    expect((await log()).filter((name) => name === 'a')).toHaveLength(1)
    expect(await recorded()).toEqual(['0001-a', '0002-bb', '0003-b', 'kernel-0001'])
  })

  test('what a crash left applied but not recorded is applied again without harm', async () => {
    const { createSchema, idColumn, textColumn, integerColumn, withDefault } = await import('../src/index.ts')
    await engine.withSession(async (connection) => {
      const schema = createSchema(connection)
      for (let run = 0; run < 2; run++) {
        await schema.createEntityTable('things', { name: textColumn(20), group: idColumn() })
        await schema.addColumn('things', 'order', withDefault(integerColumn(), '7'))
        await schema.createIndex('things', ['name', 'group'], { unique: true })
        await schema.createLiveKey('things', 'group', idColumn())
        await schema.addColumn('things', 'gone', withDefault(integerColumn(), '0'))
        await schema.createIndex('things', ['gone'])
        await schema.dropIndex('things', ['gone'])
        await schema.dropColumn('things', 'gone')
      }
    })
    await createTestSystem(engine, join(folder, 'absent'))
    await engine.withSession(async (connection) => {
      await connection.run('DELETE FROM sample_migrations', [])
    })
    await createTestSystem(engine, join(folder, 'absent'))
    expect(await recorded()).toEqual(['kernel-0001'])
  })

  test('long names of indexes stay apart', async () => {
    const { createSchema, textColumn } = await import('../src/index.ts')
    const long = 'a_rather_long_name_of_a_column_that_goes_on'
    await engine.withSession(async (connection) => {
      const schema = createSchema(connection)
      await schema.createTable(
        'long_table_name_for_indexes',
        { [`${long}_1`]: textColumn(20), [`${long}_2`]: textColumn(20) },
        { primaryKey: [`${long}_1`] },
      )
      await schema.createIndex('long_table_name_for_indexes', [`${long}_1`, `${long}_2`])
      await schema.createIndex('long_table_name_for_indexes', [`${long}_2`], { unique: true })
      const insert = `INSERT INTO long_table_name_for_indexes VALUES (?, 'same')`
      await connection.run(insert, ['1'])
      await expect((async () => connection.run(insert, ['2']))()).rejects.toThrow('Duplicate key')
    })
  })

  test('a file without `up` is refused, and so is one without a number', async () => {
    await write('0001-a.ts', 'export const down = () => undefined')
    await expect(migrate()).rejects.toThrow(/Migration ".*0001-a\.ts" exports no function "up"/)
    await write('1-b.ts', creates('b'))
    await expect(migrate()).rejects.toThrow('is not named "0001-what.ts"')
  })

  test('replicas that start at once wait for each other', async ({ skip }) => {
    const { openAnother } = opened
    if (!openAnother) return skip('one process has this database for itself')
    for (const name of ['a', 'b', 'c']) await write(`000${name.charCodeAt(0) - 96}-${name}.ts`, creates(name))
    const others = await Promise.all([openAnother(), openAnother(), openAnother()])
    await Promise.all([engine, ...others].map((one) => migrate(one)))
    await Promise.all(others.map((one) => one.close()))
    expect(await log()).toEqual(['a', 'b', 'c'])
    expect(await recorded()).toEqual(['0001-a', '0002-b', '0003-c', 'kernel-0001'])
  })
}
