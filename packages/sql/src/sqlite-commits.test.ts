import { describe, expect, test } from 'vitest'
import { DatabaseUnavailable } from './connection.ts'
import { createCommits } from './sqlite-commits.ts'
import type { SqliteConnection } from './sqlite-connection.ts'
import { createTurns } from './sqlite-turns.ts'

/** A writer that keeps to the texts it is given, and fails on some. */
function fakeWriter() {
  const texts: string[] = []
  const failing = new Set<string>()
  let isOpen = false
  const writer: SqliteConnection = {
    dialect: 'sqlite',
    all: () => [],
    run(text) {
      texts.push(text)
      if (failing.has(text)) throw new DatabaseUnavailable(`made to fail: ${text}`)
      if (text === 'BEGIN IMMEDIATE') isOpen = true
      if (text === 'COMMIT' || text === 'ROLLBACK') isOpen = false
      return 1
    },
    exec: () => undefined,
    forgetStatements: () => undefined,
  }
  const later = (callback: () => void) => void setImmediate(callback)
  const commits = createCommits({ writer, isOpen: () => isOpen, turns: createTurns(), later, onCommit: () => undefined })
  const insert = (text: string) => commits.inTransaction(async (connection) => connection.run(text, []))
  const refuse = (before: () => void = () => undefined) =>
    commits.inTransaction(async () => {
      before()
      throw new RangeError('refused')
    })
  return { texts, failing, insert, refuse }
}

describe('commits', () => {
  test('that fail, and cannot even be rolled back, are told of, and the next transaction begins anew', async () => {
    const { texts, failing, insert } = fakeWriter()
    failing.add('COMMIT').add('ROLLBACK')
    const lost = await Promise.allSettled([insert('a'), insert('b')])
    expect(lost.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    failing.clear()
    texts.length = 0
    expect(await insert('c')).toBe(1)
    expect(texts).toEqual(['ROLLBACK', 'BEGIN IMMEDIATE', 'c', 'COMMIT'])
  })

  test('do not keep half of a transaction that could not be undone', async () => {
    const { texts, failing, insert, refuse } = fakeWriter()
    failing.add('ROLLBACK TO one')
    const [first, refused, next] = await Promise.allSettled([insert('a'), refuse(), insert('b')])
    expect(first).toMatchObject({ status: 'rejected', reason: expect.any(DatabaseUnavailable) })
    expect(refused).toMatchObject({ status: 'rejected', reason: expect.any(RangeError) })
    expect(next).toMatchObject({ status: 'fulfilled' })
    expect(texts.slice(-4)).toEqual(['ROLLBACK', 'BEGIN IMMEDIATE', 'b', 'COMMIT'])
  })

  test('give who is refused its own reason, though nothing can begin after it', async () => {
    const { failing, refuse, insert } = fakeWriter()
    await expect(refuse(() => failing.add('BEGIN IMMEDIATE'))).rejects.toThrow(RangeError)
    failing.clear()
    expect(await insert('a')).toBe(1)
  })
})
