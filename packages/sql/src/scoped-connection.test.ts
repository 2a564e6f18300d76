import { expect, test } from 'vitest'
import { type Connection, DatabaseUnavailable, DuplicateKey, WriteConflict } from './connection.ts'
import { openScope } from './scoped-connection.ts'

/** A session whose next answers are given. */
function sessionOf(...answers: (() => unknown)[]): Connection {
  const next = () => answers.shift()?.()
  return { dialect: 'mysql', all: async () => next() as [], run: async () => next() as number, exec: async () => undefined }
}
const fail = (error: unknown) => () => {
  throw error
}

test.each([new DatabaseUnavailable('gone'), new WriteConflict('deadlock')])(
  'a failure that ended the transaction, %s, is every later answer and its end',
  async (error) => {
    const { connection, checkEnd } = openScope(sessionOf(fail(error), () => 1))
    await expect(connection.run('UPDATE', [])).rejects.toBe(error)
    expect(() => connection.run('INSERT', [])).toThrow(error)
    expect(() => connection.all('SELECT', [])).toThrow(error)
    expect(checkEnd).toThrow(error)
  },
)

test.each([new DuplicateKey('exists'), new Error('syntax')])('after any other, %s, it goes on', async (error) => {
  const { connection, checkEnd } = openScope(sessionOf(fail(error), () => 1))
  await expect(connection.run('INSERT', [])).rejects.toBe(error)
  expect(await connection.run('INSERT', [])).toBe(1)
  expect(checkEnd).not.toThrow()
})

test('it cannot end while a statement is under way, nor go on after its end', async () => {
  const { connection, checkEnd, close } = openScope(sessionOf(() => 1))
  const running = connection.run('INSERT', [])
  expect(checkEnd).toThrow('a statement of the transaction was not awaited')
  await running
  expect(checkEnd).not.toThrow()
  close()
  expect(() => connection.run('INSERT', [])).toThrow('has ended')
})

test('a session that answers at once is answered at once, and its failures count the same', () => {
  const error = new DatabaseUnavailable('full')
  const answers = [() => 3, fail(error)]
  const session: Connection = { dialect: 'sqlite', all: () => [], run: () => answers.shift()?.() as number, exec: () => undefined }
  const { connection, checkEnd } = openScope(session)
  expect(connection.run('INSERT', [])).toBe(3)
  expect(() => connection.run('INSERT', [])).toThrow(error)
  expect(checkEnd).toThrow(error)
})
