import type { QueryError } from 'mysql2'
import { expect, test } from 'vitest'
import { DatabaseUnavailable, DuplicateKey, WriteConflict } from './connection.ts'
import { translateMysql } from './mysql-connection.ts'

const errorOf = (fields: Partial<QueryError>) => Object.assign(new Error('x'), fields) as QueryError

test.each<[string, Partial<QueryError>, unknown]>([
  ['a key that exists', { code: 'ER_DUP_ENTRY' }, DuplicateKey],
  ['a deadlock', { code: 'ER_LOCK_DEADLOCK' }, WriteConflict],
  ['a lock not got in time', { code: 'ER_LOCK_WAIT_TIMEOUT' }, WriteConflict],
  ['a refused connection', { code: 'ECONNREFUSED' }, DatabaseUnavailable],
  ['a server going down', { code: 'ER_SERVER_SHUTDOWN' }, DatabaseUnavailable],
  ['a replica that only reads', { code: 'ER_OPTION_PREVENTS_STATEMENT' }, DatabaseUnavailable],
  ['a full disk', { code: 'ER_DISK_FULL' }, DatabaseUnavailable],
  ['whatever ended the connection', { code: 'PROTOCOL_PACKETS_OUT_OF_ORDER', fatal: true }, DatabaseUnavailable],
])('%s is told in our words, with its cause and the start of its statement', (_, fields, type) => {
  const error = errorOf(fields)
  const translated = translateMysql(error, 'INSERT INTO t')
  expect(translated).toBeInstanceOf(type)
  expect(translated).toMatchObject({ cause: error, message: expect.stringContaining('INSERT INTO t') })
})

test('any other failure is told as it is', () => {
  const error = errorOf({ code: 'ER_PARSE_ERROR' })
  expect(translateMysql(error, 'SELEC')).toBe(error)
})
