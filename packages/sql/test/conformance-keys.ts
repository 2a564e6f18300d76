import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { DuplicateKey, oneTimeTokens, type Tx } from '../src/index.ts'
import { newSample, samples } from './sample.ts'
import { readAll, someOrigin, type TestSystem } from './test-system.ts'

const tokens = oneTimeTokens('sample_tokens')
const hourMs = 3_600_000

export function keysSuite(get: () => TestSystem): void {
  const run = <T>(work: (tx: Tx) => Promise<T>) => get().database.transaction(someOrigin(), work)
  const insert = (hint?: string) => run((tx) => samples.insert(tx, 'sample_created', { ...newSample(), hint }))
  const read = () => get().database.read()

  describe('a live key', () => {
    test('is one row’s while that lives, compared to the last space; nothing is no key', async () => {
      const row = await insert('key')
      await run(async (tx) => {
        await expect(samples.insert(tx, 'sample_created', { ...newSample(), hint: 'key' })).rejects.toBeInstanceOf(DuplicateKey)
      })
      for (const other of ['Key', 'key ', undefined, undefined]) await insert(other)
      await run((tx) => samples.remove(tx, 'sample_deleted', row))
      const next = await insert('key')
      expect(await samples.first(read(), { hint: 'key' })).toMatchObject({ id: next.id })
      await run((tx) => samples.remove(tx, 'sample_deleted', next))
      await insert('key')
    })

    test('cannot be taken by an update either', async () => {
      await insert('a')
      const other = await insert('b')
      const taking = run((tx) => samples.update(tx, 'sample_updated', other, { hint: 'a' }))
      await expect(taking).rejects.toMatchObject({ status: 'ALREADY_EXISTS' })
      await run((tx) => samples.update(tx, 'sample_updated', other, { hint: 'c' }))
    })

    test('goes to one of many who want it at once, and the others see the row that has it', async () => {
      const works = Array.from({ length: 8 }, () =>
        run(async (tx) => (await samples.first(tx, { hint: 'k' })) ?? samples.insert(tx, 'sample_created', { ...newSample(), hint: 'k' })),
      )
      const rows = await Promise.all(works)
      expect(new Set(rows.map(({ id }) => id)).size).toBe(1)
    })
  })

  test('remove() may change what the row says from then on', async () => {
    const row = await insert()
    const removed = await run((tx) => samples.remove(tx, 'sample_deleted', row, { name: 'forgotten' }))
    expect(removed).toMatchObject({ name: 'forgotten', version: 2 })
    expect(await readAll(get(), 'SELECT name FROM sample_samples')).toEqual([{ name: 'forgotten' }])
  })

  describe('one-time tokens', () => {
    test('open one thing once', async () => {
      const token = await run((tx) => tokens.issue(tx, 'anna', hourMs))
      expect(token).toMatch(/^[0-9a-f]{64}$/)
      expect(await tokens.find(read(), token)).toBe('anna')
      expect(await run((tx) => tokens.take(tx, token))).toBe('anna')
      expect(await run((tx) => tokens.take(tx, token))).toBeUndefined()
      expect(await tokens.find(read(), token)).toBeUndefined()
    })

    test('are kept as hashes only, and nonsense opens nothing', async () => {
      const token = await run((tx) => tokens.issue(tx, 'anna', hourMs))
      expect(JSON.stringify(await readAll(get(), 'SELECT * FROM sample_tokens'))).not.toContain(token)
      for (const nonsense of ['', 'x', token.slice(1), token.toUpperCase(), `${token} `, randomUUID()]) {
        expect(await tokens.find(read(), nonsense)).toBeUndefined()
      }
    })

    test('of one subject go together, those of others stay', async () => {
      const [first, second, other] = await run(async (tx) => [
        await tokens.issue(tx, 'anna', hourMs),
        await tokens.issue(tx, 'anna', hourMs),
        await tokens.issue(tx, 'ben', hourMs),
      ])
      expect(await tokens.count(read(), 'anna')).toBe(2)
      expect(await run((tx) => tokens.take(tx, second ?? ''))).toBe('anna')
      expect(await tokens.find(read(), first ?? '')).toBeUndefined()
      expect(await tokens.find(read(), other ?? '')).toBe('ben')
      await run((tx) => tokens.forget(tx, 'ben'))
      expect(await tokens.count(read(), 'ben')).toBe(0)
    })

    test('of many who take one at once, one has it', async () => {
      for (let round = 0; round < 5; round++) {
        const token = await run((tx) => tokens.issue(tx, 'anna', hourMs))
        const taken = await Promise.all(Array.from({ length: 6 }, () => run((tx) => tokens.take(tx, token))))
        expect(taken.filter((subject) => subject === 'anna')).toHaveLength(1)
      }
    })

    test('end with their time', async () => {
      const token = await run((tx) => tokens.issue(tx, 'anna', hourMs))
      get().holdClock('2026-01-31T10:00:00.000000Z')
      expect(await tokens.find(read(), token)).toBeUndefined()
      expect(await tokens.count(read(), 'anna')).toBe(0)
      expect(await run((tx) => tokens.take(tx, token))).toBeUndefined()
      await run((tx) => tokens.issue(tx, 'ben', hourMs))
      expect(await readAll(get(), 'SELECT subject FROM sample_tokens')).toEqual([{ subject: 'ben' }])
    })
  })
}
