import { randomUUID } from 'node:crypto'
import { id } from '@voipbin/contracts/fields'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { compareColumns } from '../src/index.ts'
import { newSample, type Sample, sample, samples } from './sample.ts'
import { readAll, someOrigin, type TestSystem } from './test-system.ts'

export function columnsSuite(get: () => TestSystem): void {
  const read = () => get().database.read()
  async function keep(fields: Partial<Sample>): Promise<Sample> {
    const row = await get().database.transaction(someOrigin(), (tx) => samples.insert(tx, 'sample_created', newSample(fields)))
    return samples.get(read(), row.id)
  }

  test.each<[string, Partial<Sample>]>([
    ['true and false', { is_open: true, was_open: false }],
    ['a boolean that is null', { was_open: null }],
    ['whole numbers', { count: -7, limit_count: 0 }],
    ['the largest whole numbers', { count: Number.MAX_SAFE_INTEGER, limit_count: Number.MIN_SAFE_INTEGER }],
    ['decimals', { ratio: 0.1 }],
    ['a small decimal', { ratio: 5e-324 }],
    ['a large decimal', { ratio: -1.7976931348623157e308 }],
    ['a whole number among decimals', { ratio: 3 }],
    ['an empty list and no object', { order: [], options: null }],
    ['a list and an object', { order: ['b', 'a', 'b'], options: { 'é"\\': [1, { x: null }], n: 1.5, 'a b': 'c\nd' } }],
    ['empty text', { name: '', note: '' }],
    ['text that is null', { note: null }],
    ['accents, other scripts and emoji', { name: 'Zoë 서울 👩‍👩‍👧‍👦 🇰🇷', note: '𝒳𝒴' }],
    ['quotes, backslashes and controls', { name: `'"\`\\'\\n\n\r\t%_;--`, detail: '\\' }],
    ['a zero character', { name: 'a\u0000b' }],
    ['trailing and leading spaces', { name: ' a ', note: '  ' }],
    ['text that looks like a number', { name: '007', note: '1e3' }],
    ['4096 characters of three octets each', { detail: '서'.repeat(4096) }],
    ['255 emoji in 255 characters', { name: '😀'.repeat(127) }],
  ])('keeps %s', async (_, fields) => {
    expect(await keep(fields)).toMatchObject(fields)
  })

  test('a field that is left out is left out again', async () => {
    expect((await keep({})).hint).toBeUndefined()
    expect((await keep({ hint: 'h' })).hint).toBe('h')
  })

  test('text is compared with its case, accents and trailing spaces', async () => {
    for (const name of ['a', 'A', 'a ', 'á']) await keep({ name })
    for (const name of ['a', 'A', 'a ', 'á']) expect(await samples.first(read(), { name })).toMatchObject({ name })
    expect(await samples.first(read(), { name: 'A ' })).toBeUndefined()
  })

  test('text is sorted by code point', async () => {
    const names = ['😀', 'b', 'B', 'a', '', 'é', 'a ', '～']
    for (const name of names) await keep({ name })
    const rows = await readAll(get(), 'SELECT name FROM sample_samples ORDER BY name')
    expect(rows.map((row) => row['name'])).toEqual(['', 'B', 'a', 'a ', 'b', 'é', '～', '😀'])
  })

  test('LIKE heeds the case, || joins, a backslash is itself', async () => {
    await keep({ name: 'Abc\\' })
    const found = await readAll(get(), `SELECT name || '!' AS name FROM sample_samples WHERE name LIKE 'A%' AND name LIKE '%\\'`)
    expect(found).toEqual([{ name: 'Abc\\!' }])
    expect(await readAll(get(), "SELECT name FROM sample_samples WHERE name LIKE 'a%'")).toEqual([])
  })

  test('what does not fit is refused, not cut', async () => {
    await expect(keep({ note: 'x'.repeat(21) })).rejects.toThrow()
    await expect(keep({ owner_id: 'x'.repeat(37) })).rejects.toThrow()
  })

  describe('compareColumns()', () => {
    const compare = (shape: z.ZodRawShape) => compareColumns(get().engine, 'sample_samples', z.object({ ...sample.shape, ...shape }))

    test('finds nothing where table and entity agree', async () => {
      expect(await compareColumns(get().engine, 'sample_samples', sample)).toEqual([])
    })

    test('finds a table that is not there', async () => {
      expect(await compareColumns(get().engine, 'sample_others', sample)).toEqual(['There is no table "sample_others"'])
    })

    test.each<[string, z.ZodRawShape, string]>([
      ['a field without column', { extra: z.string().max(5) }, 'Field "extra" has no column'],
      ['a field that may be null', { name: z.string().max(255).nullable() }, 'Field "name" may be null, its column may not'],
      ['a column that may be null', { note: z.string().max(20) }, 'Column "note" may be null, its field may not'],
      ['text in a number', { count: z.string().max(5) }, 'Field "count" is text, its column is integer'],
      ['a boolean in text', { name: z.boolean() }, 'Field "name" is boolean, its column is text'],
      ['decimals in an integer', { count: z.number() }, 'Field "count" has decimals, its column is integer'],
      ['a whole number among decimals', { ratio: z.int() }, 'Field "ratio" is number, its column is number'],
      ['JSON in a short column', { name: z.array(z.string()) }, 'Field "name" is JSON of any length, its column ends at 255 characters'],
      ['longer text', { name: z.string().max(256) }, 'Field "name" takes 256 characters, its column 255'],
      ['text without end', { name: z.string() }, 'Field "name" takes Infinity characters, its column 255'],
      ['a longer word', { status: z.enum(['idle', 'a word of seventeen']) }, 'Field "status" takes 19 characters, its column 16'],
      ['an id in a short column', { note: id().nullable() }, 'Field "note" takes 36 characters, its column 20'],
    ])('finds %s', async (_, shape, fault) => {
      expect(await compare(shape)).toEqual([fault])
    })

    test('finds a column that keeps rows from being inserted, and a missing index', async () => {
      const table = `sample_compared_${randomUUID().slice(0, 8)}`
      await get().engine.withSession(async (connection) => {
        await connection.exec(`CREATE TABLE ${table} (id VARCHAR(36) NOT NULL PRIMARY KEY, forgotten VARCHAR(5) NOT NULL)`)
      })
      const faults = await compareColumns(get().engine, table, sample)
      expect(faults).toContain('Column "forgotten" is no field, not nullable and without default: no row could be inserted')
      expect(faults).toContain('There is no index on (customer_id, tm_delete, tm_create, id): each page would sort the whole table')
      await get().engine.withSession(async (connection) => connection.exec(`DROP TABLE ${table}`))
    })
  })
}
