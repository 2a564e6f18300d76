import { AsyncLocalStorage } from 'node:async_hooks'
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { NIL_ID } from '@voipbin/contracts/fields'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { isInsideTransaction, REQUEST_JOB, type StoredJob, type Tx, WriteConflict } from '../src/index.ts'
import { newSample, type Sample, sampleContract, samples } from './sample.ts'
import { countRows, readAll, someOrigin, type TestSystem } from './test-system.ts'

const remind = { kind: 'remind', payload: z.object({ text: z.string(), count: z.int().default(1) }) }
const soon = '2026-01-31T09:00:00.000000Z'

export function transactionsSuite(get: () => TestSystem): void {
  const run = <T>(work: (tx: Tx) => Promise<T>, origin = someOrigin()) => get().database.transaction(origin, work)
  const insert = (fields = {}) => run((tx) => samples.insert(tx, 'sample_created', newSample(fields)))
  const read = () => get().database.read()
  const events = async (): Promise<EventEnvelope[]> =>
    (await get().database.outbox.read(get().engine.reader, 1000)).map(({ event }) => event)
  const jobs = (): Promise<StoredJob[]> => get().database.jobs.due(get().engine.reader, '9999', 1000)

  describe('conflicts', () => {
    test('a compare-and-set that missed runs the work again, and one run is what counts', async () => {
      const stale = await insert({ name: 'v1' })
      await run((tx) => samples.update(tx, 'sample_updated', stale, { name: 'v2' }))
      let runs = 0
      const saved = await run(async (tx) => {
        tx.schedule(remind, 'k', soon, { text: `run ${++runs}` })
        return samples.update(tx, 'sample_updated', runs === 1 ? stale : await samples.get(tx, stale.id), { name: `run ${runs}` })
      })
      expect(saved).toMatchObject({ name: 'run 2', version: 3 })
      expect((await events()).map(({ sequence }) => sequence)).toEqual([1, 2, 3])
      expect((await jobs()).map(({ payload }) => payload)).toEqual([{ text: 'run 2', count: 1 }])
    })

    test('what loses three times is a CONFLICT and leaves nothing', async () => {
      const stale = await insert()
      await run((tx) => samples.update(tx, 'sample_updated', stale, { name: 'v2' }))
      let runs = 0
      const losing = run(async (tx) => {
        runs++
        await samples.insert(tx, 'sample_created', newSample())
        tx.schedule(remind, 'k', soon, { text: 'x' })
        return samples.update(tx, 'sample_updated', stale, { name: 'v3' })
      })
      await expect(losing).rejects.toMatchObject({ name: 'ServiceError', status: 'FAILED_PRECONDITION', reason: 'CONFLICT' })
      expect(runs).toBe(3)
      expect(await countRows(get(), 'sample_samples')).toBe(1)
      expect(await countRows(get(), 'sample_outbox')).toBe(2)
      expect(await countRows(get(), 'sample_jobs')).toBe(0)
    })

    test('a conflict that the work catches is no conflict', async () => {
      const stale = await insert({ name: 'v1' })
      await run((tx) => samples.update(tx, 'sample_updated', stale, { name: 'v2' }))
      await run(async (tx) => {
        await expect(samples.update(tx, 'sample_updated', stale, { name: 'v3' })).rejects.toBeInstanceOf(WriteConflict)
        await samples.insert(tx, 'sample_created', newSample({ name: 'other' }))
      })
      expect((await events()).map(({ type }) => type)).toEqual(['sample_created', 'sample_updated', 'sample_created'])
    })

    test('of 100 at once none is lost and none is counted twice', async () => {
      const { id } = await insert({ count: 0 })
      const increments = Array.from({ length: 100 }, () =>
        run(async (tx) => {
          const row = await samples.get(tx, id)
          return samples.update(tx, 'sample_updated', row, { count: row.count + 1 })
        }),
      )
      const results = await Promise.allSettled(increments)
      expect(results.filter(({ status }) => status === 'rejected')).toEqual([])
      expect(await samples.get(read(), id)).toMatchObject({ count: 100, version: 101 })
      expect((await events()).map(({ sequence }) => sequence)).toEqual(Array.from({ length: 101 }, (_, index) => index + 1))
    })
  })

  describe('what a failure leaves', () => {
    test('work that throws leaves no row, event, request or job, and nobody is told of a commit', async () => {
      const failing = run(async (tx) => {
        await samples.insert(tx, 'sample_created', newSample())
        tx.request(sampleContract, 'renameSample', { id: randomUUID() })
        tx.schedule(remind, 'k', soon, { text: 'x' })
        throw new RangeError('no more')
      })
      await expect(failing).rejects.toThrow(new RangeError('no more'))
      for (const table of ['samples', 'outbox', 'jobs']) expect(await countRows(get(), `sample_${table}`)).toBe(0)
      expect(get().commits).toEqual([])
    })

    test('an event that breaks its own schema stops the transaction', async () => {
      await expect(insert({ count: 1.5 })).rejects.toThrow()
      expect(await countRows(get(), 'sample_samples')).toBe(0)
    })

    test('one that fails among many at once takes no other along', async () => {
      const works = Array.from({ length: 30 }, (_, index) =>
        run(async (tx) => {
          const row = await samples.insert(tx, 'sample_created', newSample({ count: index }))
          if (index % 3 === 0) throw new RangeError(`no ${index}`)
          return row
        }),
      )
      const results = await Promise.allSettled(works)
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(10)
      const counts = (await readAll(get(), 'SELECT count FROM sample_samples ORDER BY count')).map((row) => row['count'])
      expect(counts).toEqual(Array.from({ length: 30 }, (_, index) => index).filter((index) => index % 3 !== 0))
      expect(await countRows(get(), 'sample_outbox')).toBe(20)
    })

    test('a read outside never sees what is then rolled back', async () => {
      const id = randomUUID()
      const inserted = Promise.withResolvers<void>()
      const gate = Promise.withResolvers<void>()
      const failing = run(async (tx) => {
        await samples.insert(tx, 'sample_created', newSample({ id }))
        inserted.resolve()
        await gate.promise
        throw new RangeError('no more')
      })
      await inserted.promise
      const outside = samples.find(read(), id)
      await sleep(20)
      gate.resolve()
      await expect(failing).rejects.toThrow('no more')
      expect(await outside).toBeUndefined()
    })
  })

  describe('events', () => {
    test('are in the outbox in order, with all that surrounds them', async () => {
      const origin = someOrigin({ requestId: 'req_7', trace: '00-abc' })
      const owner_id = randomUUID()
      const row = await run(async (tx) => {
        const created = await samples.insert(tx, 'sample_created', newSample({ owner_id, password: 'hush', hidden: 'inside' }))
        return samples.update(tx, 'sample_moved', created, { name: 'moved' })
      }, origin)
      const [created, moved] = await events()
      const about = {
        publisher: 'sample',
        customer_id: row.customer_id,
        resource_id: row.id,
        request_id: 'req_7',
        trace: '00-abc',
        time: row.tm_update,
      }
      expect(created).toMatchObject({ ...about, type: 'sample_created', order_key: row.id, sequence: 1 })
      expect(moved).toMatchObject({ ...about, type: 'sample_moved', order_key: owner_id, sequence: 2 })
      expect(created?.id).not.toBe(moved?.id)
      const { password, ...told } = row
      expect(password).toBe('hush')
      expect(moved?.data).toEqual(told)
      expect(JSON.stringify(await readAll(get(), 'SELECT body FROM sample_outbox'))).not.toContain('hush')
    })

    test('that name nothing to be ordered by are ordered by themselves', async () => {
      for (const owner_id of ['', NIL_ID]) {
        const row = await insert({ owner_id })
        await run((tx) => samples.update(tx, 'sample_moved', row, { name: 'moved' }))
        expect((await events()).at(-1)).toMatchObject({ type: 'sample_moved', order_key: row.id })
      }
    })

    test('are told of once the commit is done', async () => {
      const row = await insert()
      expect(get().commits).toEqual([
        { events: [expect.objectContaining({ type: 'sample_created', resource_id: row.id })], nextDue: undefined },
      ])
      await run((tx) => samples.get(tx, row.id))
      expect(get().commits).toHaveLength(1)
    })

    test('are taken from the outbox by position, any number of them', async () => {
      const { database, engine } = get()
      await run(async (tx) => {
        for (let count = 0; count < 350; count++) await samples.insert(tx, 'sample_created', newSample({ count }))
      })
      const stored = await database.outbox.read(engine.reader, 1000)
      expect(stored.map(({ event }) => (event.data as Sample).count)).toEqual(Array.from({ length: 350 }, (_, index) => index))
      expect(await database.outbox.read(engine.reader, 7)).toEqual(stored.slice(0, 7))
      await engine.inTransaction((connection) =>
        database.outbox.remove(
          connection,
          stored.slice(0, 349).map(({ position }) => position),
        ),
      )
      expect(await database.outbox.read(engine.reader, 1000)).toEqual(stored.slice(349))
      expect(await database.outbox.state(engine.reader)).toEqual({ waiting: 1, since: stored[349]?.event.time })
    })
  })

  describe('requests and jobs', () => {
    test('a request is a job named after its origin, the same however often the work runs', async () => {
      const origin = someOrigin({ operationId: 'op-1' })
      const id = randomUUID()
      const request = async (tx: Tx) => [1, 2].map(() => tx.request(sampleContract, 'renameSample', { id }))
      let runs = 0
      const ids = await run(async (tx) => {
        const made = await request(tx)
        if (++runs === 1) throw new WriteConflict('once more')
        return made
      }, origin)
      expect(new Set(ids).size).toBe(2)
      const stored = await jobs()
      expect(stored.map((job) => job.id).sort()).toEqual(ids.toSorted())
      expect(stored[0]).toMatchObject({
        kind: REQUEST_JOB,
        attempt: 0,
        state: 'waiting',
        request_id: 'req_1',
        trace: '00-trace',
        error: null,
      })
      const payload = { service: 'sample', method: 'renameSample', kind: 'mutation', timeout: 'default', input: { id, name: 'unnamed' } }
      expect(stored[0]?.payload).toEqual({ ...payload, operation_id: stored[0]?.id })
      expect(get().commits).toEqual([{ events: [], nextDue: stored[0]?.due_at }])

      expect(await run(request, origin)).toEqual(ids)
      expect(await countRows(get(), 'sample_jobs')).toBe(2)
      expect(await run(request, someOrigin({ operationId: 'op-2' }))).not.toEqual(ids)
    })

    test('a request that breaks the contract stops the transaction', async () => {
      await expect(run(async (tx) => tx.request(sampleContract, 'renameSample', { id: 'no id' }))).rejects.toThrow()
    })

    test('the same kind and key replaces, within a transaction and after it', async () => {
      await run(async (tx) => {
        tx.schedule(remind, 'a', soon, { text: 'first' })
        tx.schedule(remind, 'a', '2026-01-31T09:00:01.000000Z', { text: 'second' })
        tx.schedule(remind, 'b', soon, { text: 'other' })
      })
      expect((await jobs()).map(({ key, payload }) => [key, (payload as { text: string }).text])).toEqual([
        ['b', 'other'],
        ['a', 'second'],
      ])
      await run(async (tx) => tx.schedule(remind, 'a', soon, { text: 'third', count: 2 }))
      const replaced = (await jobs()).find(({ key }) => key === 'a')
      expect(replaced).toMatchObject({ due_at: soon, attempt: 0, state: 'waiting', payload: { text: 'third', count: 2 } })
      expect(await countRows(get(), 'sample_jobs')).toBe(2)
    })

    test('unschedule() takes one back, also in the same transaction', async () => {
      await run(async (tx) => {
        tx.schedule(remind, 'a', soon, { text: 'x' })
        tx.schedule(remind, 'b', soon, { text: 'y' })
        tx.unschedule(remind, 'a')
        tx.unschedule(remind, 'never there')
      })
      expect((await jobs()).map(({ key }) => key)).toEqual(['b'])
      await run(async (tx) => tx.unschedule(remind, 'b'))
      expect(await jobs()).toEqual([])
    })

    test('many at once may schedule the same key', async () => {
      const works = Array.from({ length: 20 }, (_, count) => run(async (tx) => tx.schedule(remind, 'k', soon, { text: 'x', count })))
      expect((await Promise.allSettled(works)).filter(({ status }) => status === 'rejected')).toEqual([])
      expect(await countRows(get(), 'sample_jobs')).toBe(1)
    })

    test('a time in another form is refused: it would never be due, or at once', async () => {
      await expect(run(async (tx) => tx.schedule(remind, 'a', '2026-01-31T09:00:00Z', { text: 'x' }))).rejects.toThrow(
        'no time with six decimals',
      )
    })
  })

  describe('scope', () => {
    test('one clock reading for all of a transaction', async () => {
      await run(async (tx) => {
        const first = await samples.insert(tx, 'sample_created', newSample())
        expect(first.tm_create).toBe(tx.now)
        expect((await samples.insert(tx, 'sample_created', newSample())).tm_create).toBe(tx.now)
      })
    })

    test('code knows whether it stands inside a transaction, a timer set there does not', async () => {
      expect(isInsideTransaction()).toBe(false)
      const later = await run(async (tx) => {
        expect(isInsideTransaction()).toBe(true)
        await samples.insert(tx, 'sample_created', newSample())
        expect(isInsideTransaction()).toBe(true)
        return { timer: sleep(10).then(isInsideTransaction) }
      })
      expect(isInsideTransaction()).toBe(false)
      expect(await later.timer).toBe(false)
    })

    test('inside, another transaction or read is refused instead of waiting for ever', async () => {
      await expect(run(async () => run(async () => 1))).rejects.toThrow('Only `tx` may be used inside a transaction')
      await expect(run(async () => samples.find(read(), randomUUID()))).rejects.toThrow('Only `tx`')
      await expect(run(async () => get().engine.inTransaction(async () => 1))).rejects.toThrow('Only `tx`')
      const { engine } = get()
      await expect(engine.inTransaction(async () => engine.reader.all('SELECT 1 AS one', []))).rejects.toThrow('Only `tx`')
    })

    test('after the end a tx refuses everything', async () => {
      const tx = await run(async (open) => ({ open })).then(({ open }) => open)
      await expect(samples.insert(tx, 'sample_created', newSample())).rejects.toThrow('has ended')
      await expect(samples.find(tx, randomUUID())).rejects.toThrow('has ended')
      expect(() => tx.schedule(remind, 'k', soon, { text: 'x' })).toThrow('has ended')
      expect(() => tx.request(sampleContract, 'renameSample', { id: randomUUID() })).toThrow('has ended')
      await expect(tx.db.selectFrom('sample_samples').selectAll().execute()).rejects.toThrow('has ended')
      expect(await countRows(get(), 'sample_samples')).toBe(0)
    })

    test('a reader does not write', async () => {
      const { reader } = get().engine
      expect(() => reader.run('DELETE FROM sample_samples', [])).toThrow('A reader may not write')
      expect(() => reader.exec('DELETE FROM sample_samples')).toThrow('A reader may not write')
      expect(() => reader.all('DELETE FROM sample_samples', [])).toThrow('A reader may not write')
      await expect(run(async (tx) => tx.connection.exec('DROP TABLE sample_samples'))).rejects.toThrow('DDL belongs into migrations')
    })

    test('each work runs in the context of its own caller', async () => {
      const storage = new AsyncLocalStorage<number>()
      const works = Array.from({ length: 20 }, (_, index) =>
        storage.run(index, () => run(async (tx) => [await samples.find(tx, randomUUID()), storage.getStore()])),
      )
      expect(await Promise.all(works)).toEqual(works.map((_, index) => [undefined, index]))
    })
  })
}
