import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Connection, SqlValue } from '../src/index.ts'
import { newSample, type Sample, samples } from './sample.ts'
import { someOrigin, type TestSystem } from './test-system.ts'

export function pagesSuite(get: () => TestSystem): void {
  const customer_id = randomUUID()
  const insert = (fields = {}) =>
    get().database.transaction(someOrigin(), (tx) => samples.insert(tx, 'sample_created', newSample({ customer_id, ...fields })))
  const page = (page_token: string, page_size = 3, where = {}) =>
    samples.list(get().database.read(), { customer_id, page_size, page_token }, where)

  async function walk(page_size: number, onPage: (rows: Sample[]) => Promise<void> = async () => undefined): Promise<string[]> {
    const seen: string[] = []
    for (let token = ''; ; ) {
      const { result, next_page_token } = await page(token, page_size)
      seen.push(...result.map(({ name }) => name))
      if (result.length === 0) return seen
      token = next_page_token
      await onPage(result)
    }
  }

  test('an empty list has no next page', async () => {
    expect(await page('')).toEqual({ result: [], next_page_token: '' })
  })

  test('pages are newest first, of one tenant, and end with an empty one', async () => {
    for (let i = 0; i < 7; i++) await insert({ name: `n${i}` })
    await insert({ name: 'stranger', customer_id: randomUUID() })
    const first = await page('')
    expect(first.result.map(({ name }) => name)).toEqual(['n6', 'n5', 'n4'])
    expect(first.next_page_token).toBe(`${first.result[2]?.tm_create}~${first.result[2]?.id}`)
    expect(await walk(3)).toEqual(['n6', 'n5', 'n4', 'n3', 'n2', 'n1', 'n0'])
  })

  test('rows of one and the same time are neither lost nor repeated at the edge of a page', async () => {
    await insert({ name: 'old' })
    get().holdClock('2026-01-31T09:00:00.000000Z')
    for (let i = 0; i < 10; i++) await insert({ name: `n${i}` })
    get().holdClock('2026-01-31T10:00:00.000000Z')
    await insert({ name: 'new' })
    for (const size of [1, 2, 3, 5, 11]) {
      const names = await walk(size)
      expect(names).toHaveLength(12)
      expect(new Set(names).size).toBe(12)
      expect([names[0], names[11]]).toEqual(['new', 'old'])
    }
  })

  test('a token outlives its row, and rows that come and go meanwhile', async () => {
    for (let i = 0; i < 6; i++) await insert({ name: `n${i}` })
    const seen = await walk(2, async (rows) => {
      const last = rows.at(-1)
      if (last) await get().database.transaction(someOrigin(), (tx) => samples.remove(tx, 'sample_deleted', last))
      await insert({ name: 'later' })
    })
    expect(seen).toEqual(['n5', 'n4', 'n3', 'n2', 'n1', 'n0'])
  })

  test.each([
    '2026-01-31T09:00:00.000000Z',
    '2026-01-31T09:00:00Z',
    '2026-01-31 09:00:00',
    '2026-01-31 09:00:00.0',
    '2026-01-31T09:00:00.000000000Z',
  ])('a plain time, %s, is followed by what is older', async (token) => {
    for (const time of ['2026-01-31T08:59:59.999999Z', '2026-01-31T09:00:00.000000Z', '2026-01-31T09:00:00.000001Z']) {
      get().holdClock(time)
      await insert({ name: time })
    }
    expect((await page(token)).result.map(({ name }) => name)).toEqual(['2026-01-31T08:59:59.999999Z'])
  })

  test('the id of a token may be written in capitals', async () => {
    get().holdClock('2026-01-31T09:00:00.000000Z')
    const [a, b] = ['aaaaaaaa-0000-4000-8000-000000000000', 'bbbbbbbb-0000-4000-8000-000000000000']
    for (const id of [a, b]) await insert({ id })
    expect((await page(`2026-01-31T09:00:00.000000Z~${b?.toUpperCase()}`)).result.map(({ id }) => id)).toEqual([a])
  })

  test('filters hold on every page', async () => {
    for (let i = 0; i < 6; i++) await insert({ name: `n${i}`, status: i % 2 ? 'busy' : 'idle' })
    const first = await page('', 2, { status: 'busy' })
    expect(first.result.map(({ name }) => name)).toEqual(['n5', 'n3'])
    const second = await page(first.next_page_token, 2, { status: 'busy' })
    expect(second.result.map(({ name }) => name)).toEqual(['n1'])
  })

  test('a condition beside the filters holds on every page', async () => {
    for (let i = 0; i < 6; i++) await insert({ name: `n${i}`, status: i % 2 ? 'busy' : 'idle', count: i })
    const condition = { text: 'count > ? OR name = ?', values: [3, 'n1'] }
    const list = (page_token: string) =>
      samples.list(get().database.read(), { customer_id, page_size: 2, page_token }, { status: 'busy' }, condition)
    const first = await list('')
    expect(first.result.map(({ name }) => name)).toEqual(['n5', 'n1'])
    expect((await list(first.next_page_token)).result).toEqual([])
  })

  test('without a tenant a page shows all', async () => {
    await insert({ name: 'mine' })
    await insert({ name: 'theirs', customer_id: randomUUID() })
    const { result } = await samples.list(get().database.read(), { page_size: 10, page_token: '' })
    expect(result.map(({ name }) => name)).toEqual(['theirs', 'mine'])
  })

  test('a page in the middle is found by the index: neither sorted nor read from the newest on', async () => {
    const { engine, database } = get()
    const total = 3000
    const idOf = (index: number) => `${index.toString(16).padStart(8, '0')}-0000-7000-8000-000000000000`
    const timeOf = (index: number) => `2026-01-31T09:00:00.${String(index).padStart(6, '0')}Z`
    const rows = Array.from(
      { length: total },
      (_, index) => `('${idOf(index)}', '${customer_id}', '${timeOf(index)}', '', '', '', '', 0, 0, 0, '[]', '', '', 1)`,
    )
    const columns = 'id, customer_id, tm_create, name, detail, status, owner_id, is_open, count, ratio, "order", password, hidden, version'
    await engine.withSession(async (connection) => {
      await connection.exec(`INSERT INTO sample_samples (${columns}) VALUES ${rows.join(', ')}`)
      await connection.exec(connection.dialect === 'mysql' ? 'ANALYZE TABLE sample_samples' : 'ANALYZE')
    })
    const asked: { text: string; values: readonly SqlValue[] }[] = []
    const spy: Connection = {
      ...engine.reader,
      all(text, values) {
        asked.push({ text, values })
        return engine.reader.all(text, values)
      },
    }
    const page_token = `${timeOf(total / 2)}~${idOf(total / 2)}`
    const { result } = await samples.list({ ...database.read(), connection: spy }, { customer_id, page_size: 3, page_token })
    expect(result.map(({ id }) => id)).toEqual([1, 2, 3].map((back) => idOf(total / 2 - back)))
    const [statement] = asked
    const explain = engine.dialect === 'mysql' ? 'EXPLAIN' : 'EXPLAIN QUERY PLAN'
    const plan = JSON.stringify(await engine.reader.all(`${explain} ${statement?.text}`, statement?.values ?? []))
    expect(plan).toContain('sample_samples_customer_id_tm_delete_tm_create_id')
    expect(plan).toMatch(engine.dialect === 'mysql' ? /"type":"range"/ : /customer_id=\? AND tm_delete=\? AND tm_create<\?/)
    expect(plan).not.toMatch(/filesort|TEMP B-TREE/)
  })
}
