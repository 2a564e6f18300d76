import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { DuplicateKey } from '../src/index.ts'
import { newSample, samples } from './sample.ts'
import { countRows, someOrigin, type TestSystem } from './test-system.ts'

export function entitiesSuite(get: () => TestSystem): void {
  const insert = (fields = {}) => get().database.transaction(someOrigin(), (tx) => samples.insert(tx, 'sample_created', newSample(fields)))
  const read = () => get().database.read()

  test('insert() answers what get() and find() then read', async () => {
    const row = await insert({ name: 'first' })
    expect(row).toMatchObject({ name: 'first', version: 1, tm_update: null, tm_delete: null })
    expect(row.tm_create).toMatch(/^2026-01-31T08:00:00\.\d{6}Z$/)
    expect(await samples.get(read(), row.id)).toEqual({ ...row, hint: undefined })
    expect(await samples.find(read(), row.id)).toEqual({ ...row, hint: undefined })
  })

  test('insert() takes an id that is brought along and leaves out what has no column', async () => {
    const id = randomUUID()
    const row = await insert({ id, nonsense: 'x', version: 7, tm_delete: 'x' })
    expect(row).toMatchObject({ id, version: 1, tm_delete: null })
    expect(row).not.toHaveProperty('nonsense')
  })

  test('get() refuses and find() is undefined for what is not there', async () => {
    const id = randomUUID()
    expect(await samples.find(read(), id)).toBeUndefined()
    await expect(samples.get(read(), id)).rejects.toMatchObject({
      status: 'NOT_FOUND',
      reason: 'RESOURCE_NOT_FOUND',
      message: `Cannot find sample "${id}"`,
    })
  })

  test('update() writes what is set, leaves the rest, counts the version on', async () => {
    const row = await insert({ name: 'before', detail: 'kept' })
    const saved = await get().database.transaction(someOrigin(), (tx) =>
      samples.update(tx, 'sample_updated', row, { name: 'after', detail: undefined }),
    )
    expect(saved).toEqual({ ...row, name: 'after', tm_update: saved.tm_update, version: 2 })
    expect(saved.tm_update).toMatch(/Z$/)
    expect(await samples.get(read(), row.id)).toMatchObject({ name: 'after', detail: 'kept', version: 2 })
  })

  test('update() writes a list that was changed in place', async () => {
    const row = await insert({ order: ['a'] })
    row.order.push('b')
    await get().database.transaction(someOrigin(), (tx) => samples.update(tx, 'sample_updated', row, { order: row.order }))
    expect((await samples.get(read(), row.id)).order).toEqual(['a', 'b'])
  })

  test('update() cannot set what is the table’s own', async () => {
    const row = await insert()
    const changes = { name: 'x', id: randomUUID(), version: 9, tm_create: 'never', tm_delete: 'never', nonsense: 1 }
    const saved = await get().database.transaction(someOrigin(), (tx) => samples.update(tx, 'sample_updated', row, changes))
    expect(saved).toMatchObject({ id: row.id, version: 2, tm_create: row.tm_create, tm_delete: null })
    expect(saved).not.toHaveProperty('nonsense')
  })

  test('update() of nothing is a new version all the same', async () => {
    const row = await insert()
    await get().database.transaction(someOrigin(), (tx) => samples.update(tx, 'sample_updated', row, {}))
    expect((await samples.get(read(), row.id)).version).toBe(2)
  })

  test('keep() writes what nobody sees, tells of nothing, and refuses the rest', async () => {
    const row = await insert({ hidden: 'before' })
    const told = await countRows(get(), 'sample_outbox')
    const saved = await get().database.transaction(someOrigin(), (tx) => samples.keep(tx, row, { hidden: 'after' }))
    expect(saved).toEqual({ ...row, hidden: 'after', version: 2 })
    expect(await samples.get(read(), row.id)).toMatchObject({ hidden: 'after', version: 2, tm_update: null })
    expect(await countRows(get(), 'sample_outbox')).toBe(told)
    await expect(get().database.transaction(someOrigin(), (tx) => samples.keep(tx, row, { hidden: 'late' }))).rejects.toMatchObject({
      reason: 'CONFLICT',
    })
    for (const seen of [{ name: 'x' }, { password: 'x' }])
      await expect(get().database.transaction(someOrigin(), (tx) => samples.keep(tx, saved, seen))).rejects.toThrow('in silence')
  })

  test('update() may give a row to another tenant', async () => {
    const row = await insert()
    const customer_id = randomUUID()
    await get().database.transaction(someOrigin(), (tx) => samples.update(tx, 'sample_updated', row, { customer_id }))
    expect((await samples.list(read(), { customer_id, page_size: 10, page_token: '' })).result).toHaveLength(1)
    expect((await samples.list(read(), { customer_id: row.customer_id, page_size: 10, page_token: '' })).result).toHaveLength(0)
  })

  test('a removed row is there for nobody, and stays in the table', async () => {
    const row = await insert()
    const removed = await get().database.transaction(someOrigin(), (tx) => samples.remove(tx, 'sample_deleted', row))
    expect(removed).toMatchObject({ version: 2, tm_delete: removed.tm_update })
    expect(removed.tm_delete).toMatch(/Z$/)
    await expect(samples.get(read(), row.id)).rejects.toThrow('Cannot find sample')
    expect(await samples.first(read(), { name: row.name })).toBeUndefined()
    expect((await samples.list(read(), { customer_id: row.customer_id, page_size: 10, page_token: '' })).result).toEqual([])
    expect(await samples.ofCustomer(read(), row.customer_id, 10)).toEqual([])
    await expect(
      get().database.transaction(someOrigin(), (tx) => samples.update(tx, 'sample_updated', removed, { name: 'x' })),
    ).rejects.toMatchObject({ reason: 'CONFLICT' })
    expect(await countRows(get(), 'sample_samples')).toBe(1)
  })

  test('first() is the newest that matches', async () => {
    await insert({ name: 'a', status: 'busy' })
    const newer = await insert({ name: 'b', status: 'busy' })
    await insert({ name: 'c', status: 'idle' })
    expect(await samples.first(read(), { status: 'busy' })).toMatchObject({ id: newer.id })
    expect(await samples.first(read(), { status: 'busy', name: 'c' })).toBeUndefined()
  })

  test('filters compare by the field’s own kind, null by "is null", undefined not at all', async () => {
    const open = await insert({ is_open: true, note: null, count: 3, ratio: 0.5, order: ['x'] })
    const shut = await insert({ is_open: false, note: 'n', count: 4, ratio: 1.5, order: [] })
    const find = async (where: Parameters<typeof samples.first>[1]) => (await samples.first(read(), where))?.id
    expect(await find({ is_open: true })).toBe(open.id)
    expect(await find({ is_open: false })).toBe(shut.id)
    expect(await find({ note: null })).toBe(open.id)
    expect(await find({ note: 'n' })).toBe(shut.id)
    expect(await find({ count: 3 })).toBe(open.id)
    expect(await find({ ratio: 0.5 })).toBe(open.id)
    expect(await find({ order: ['x'] })).toBe(open.id)
    expect(await find({ count: undefined as unknown as number, note: null })).toBe(open.id)
    await expect(find({ nonsense: 1 } as never)).rejects.toThrow('No column for field "nonsense"')
  })

  test('ofCustomer() is oldest first and limited', async () => {
    const customer_id = randomUUID()
    const rows = []
    for (let i = 0; i < 3; i++) rows.push(await insert({ customer_id }))
    await insert()
    expect((await samples.ofCustomer(read(), customer_id, 2)).map(({ id }) => id)).toEqual(rows.slice(0, 2).map(({ id }) => id))
  })

  test('a key that exists is told apart, and the transaction can go on', async () => {
    const row = await insert()
    await get().database.transaction(someOrigin(), async (tx) => {
      await expect(samples.insert(tx, 'sample_created', newSample({ id: row.id }))).rejects.toBeInstanceOf(DuplicateKey)
      await samples.insert(tx, 'sample_created', newSample({ name: 'second' }))
    })
    expect(await countRows(get(), 'sample_samples')).toBe(2)
  })

  test('a key that exists is ALREADY_EXISTS for the caller', async () => {
    const row = await insert()
    await expect(insert({ id: row.id })).rejects.toMatchObject({ status: 'ALREADY_EXISTS' })
    expect(await countRows(get(), 'sample_outbox')).toBe(1)
  })

  test('the query builder reads and writes in the same transaction', async () => {
    const row = await insert({ count: 1 })
    await get().database.transaction(someOrigin(), async (tx) => {
      const result = await tx.db.updateTable('sample_samples').set({ count: 5, is_open: false }).where('id', '=', row.id).executeTakeFirst()
      expect(result.numUpdatedRows).toBe(1n)
      expect(await tx.db.selectFrom('sample_samples').select(['count', 'order', 'is_open']).where('is_open', '=', false).execute()).toEqual(
        [{ count: 5, order: '[]', is_open: 0 }],
      )
      await expect(tx.db.transaction().execute(async () => undefined)).rejects.toThrow('opened by the kernel')
    })
    const [sum] = await read()
      .db.selectFrom('sample_samples')
      .select((e) => [e.fn.sum('count').as('sum'), e.fn.countAll().as('n')])
      .execute()
    expect(sum).toEqual({ sum: 5, n: 1 })
  })
}
