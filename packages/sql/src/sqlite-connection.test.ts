import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { DatabaseUnavailable, DuplicateKey } from './connection.ts'
import { type SqliteConnection, sqliteConnection, translateSqlite } from './sqlite-connection.ts'

let db: DatabaseSync
let connection: SqliteConnection
beforeEach(() => {
  db = new DatabaseSync(':memory:')
  connection = sqliteConnection(db)
  connection.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT UNIQUE)')
})
afterEach(() => db.close())

test('rows are plain objects with the columns in the order asked for', () => {
  expect(connection.run("INSERT INTO t VALUES (1, 'x', NULL), (2, 'y', 'z')", [])).toBe(2)
  expect(connection.all('SELECT b, a AS first, id FROM t ORDER BY id', [])).toStrictEqual([
    { b: null, first: 'x', id: 1 },
    { b: 'z', first: 'y', id: 2 },
  ])
})

test('statements stay prepared, 300 of them, and the oldest goes first', () => {
  const prepare = vi.spyOn(db, 'prepare')
  const ask = (text: string) => connection.all(text, [])
  const askOthers = (count: number, from: number) => Array.from({ length: count }, (_, index) => ask(`SELECT ${from + index}`))
  ask('SELECT 0')
  askOthers(299, 1)
  ask('SELECT 0')
  expect(prepare).toHaveBeenCalledTimes(300)
  askOthers(1, 1000)
  ask('SELECT 0')
  expect(prepare).toHaveBeenCalledTimes(302)
})

test('after DDL nothing that was prepared is used again', () => {
  connection.run("INSERT INTO t VALUES (1, 'x', NULL)", [])
  expect(connection.all('SELECT * FROM t', [])).toEqual([{ id: 1, a: 'x', b: null }])
  connection.exec('ALTER TABLE t RENAME COLUMN a TO c')
  connection.forgetStatements()
  expect(connection.all('SELECT * FROM t', [])).toEqual([{ id: 1, c: 'x', b: null }])
})

test('keys that exist are told apart, primary or unique', () => {
  connection.run("INSERT INTO t VALUES (1, 'x', 'k')", [])
  expect(() => connection.run("INSERT INTO t VALUES (1, 'y', 'l')", [])).toThrow(DuplicateKey)
  expect(() => connection.run("INSERT INTO t VALUES (2, 'y', 'k')", [])).toThrow(DuplicateKey)
})

test('a closed database is away; a wrong statement is a defect', () => {
  expect(() => connection.all('SELEC', [])).toThrow('syntax error')
  const other = new DatabaseSync(':memory:')
  const closed = sqliteConnection(other)
  other.close()
  expect(() => closed.all('SELECT 1', [])).toThrow(DatabaseUnavailable)
})

test.each([
  ['full', 13, true],
  ['an I/O error of any kind', 10 + (3 << 8), true],
  ['busy', 5, true],
  ['corrupt', 11, true],
  ['a broken check', 275, false],
  ['read-only', 8, false],
])('%s: is the database away?', (_, errcode, isAway) => {
  expect(translateSqlite(Object.assign(new Error('x'), { errcode }), 'INSERT') instanceof DatabaseUnavailable).toBe(isAway)
})
