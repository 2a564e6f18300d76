import { randomUUID } from 'node:crypto'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { describe, expect, test } from 'vitest'
import { type Connection, OperationExists, type ParkedEvent } from '../src/index.ts'
import { newSample, samples } from './sample.ts'
import { countRows, someOrigin, type TestSystem } from './test-system.ts'

const at = (second: number) => `2026-01-31T09:00:${String(second).padStart(2, '0')}.000000Z`

const someEvent = (order_key: string, sequence = 1): EventEnvelope => ({
  ...{ id: randomUUID(), time: at(0), type: 'sample_updated', publisher: 'sample', customer_id: '', resource_id: order_key },
  ...{ order_key, sequence, request_id: 'req_1', trace: '', data: { emoji: '😀' } },
})

export function deliverySuite(get: () => TestSystem): void {
  const reader = () => get().engine.reader
  const inTransaction = <T>(work: (connection: Connection) => Promise<T>) => get().engine.inTransaction(work)

  describe('inbox', () => {
    const inbox = () => get().database.inbox
    const take = (listener: string, id: string) => inTransaction((connection) => inbox().take(connection, listener, id))

    test('take() is true once for a listener and event', async () => {
      const id = randomUUID()
      expect([await take('a', id), await take('a', id), await take('b', id), await take('a', randomUUID())]).toEqual([
        true,
        false,
        true,
        true,
      ])
    })

    test('of many at once, one takes the event', async () => {
      for (let round = 0; round < 5; round++) {
        const id = randomUUID()
        const taken = await Promise.all(
          Array.from({ length: 8 }, () => get().database.transaction(someOrigin(), (tx) => inbox().take(tx.connection, 'a', id))),
        )
        expect(taken.filter(Boolean)).toHaveLength(1)
      }
    })

    test('an effect that fails gives the event back', async () => {
      const id = randomUUID()
      const failing = inTransaction(async (connection) => {
        expect(await inbox().take(connection, 'a', id)).toBe(true)
        throw new RangeError('no')
      })
      await expect(failing).rejects.toThrow('no')
      expect(await take('a', id)).toBe(true)
    })

    test('forget() takes away what is older than the id, a number at a time', async () => {
      const ids = ['01', '02', '03', '04'].map((start) => `${start}940000-0000-7000-8000-000000000000`)
      for (const id of ids) for (const listener of ['a', 'b']) await take(listener, id)
      const forget = (limit: number) => inTransaction((connection) => inbox().forget(connection, ids[3] ?? '', limit))
      expect(await forget(3)).toBe(4)
      expect(await forget(500)).toBe(2)
      expect(await forget(500)).toBe(0)
      expect(await take('a', ids[3] ?? '')).toBe(false)
      expect(await take('a', ids[0] ?? '')).toBe(true)
    })
  })

  describe('parked events', () => {
    const inbox = () => get().database.inbox
    const park = (listener: string, event: EventEnvelope, dueAt = at(0)) =>
      inTransaction((connection) => inbox().park(connection, { listener, event, attempt: 1, dueAt, error: 'no', now: at(0) }))
    const due = (now = at(59)) => inbox().due(reader(), now, 100)
    const resolve = (event: ParkedEvent) => inTransaction((connection) => inbox().resolve(connection, event))
    const postpone = (event: ParkedEvent, state: 'waiting' | 'dead', dueAt: string) =>
      inTransaction((connection) => inbox().postpone(connection, event, { state, dueAt, error: 'again' }))

    test('only the first of a listener and key is due, whatever is due behind it', async () => {
      const [first, second, other] = [someEvent('k', 1), someEvent('k', 2), someEvent('j')]
      await park('a', first, at(9))
      await park('a', second, at(1))
      await park('a', other, at(1))
      await park('b', second, at(1))
      expect((await due(at(5))).map(({ listener, event }) => [listener, event.id])).toEqual([
        ['a', other.id],
        ['b', second.id],
      ])
      const head = (await due(at(9)))[0]
      expect(head).toMatchObject({ listener: 'a', order_key: 'k', attempt: 1, state: 'waiting', error: 'no', due_at: at(9), event: first })
      expect(await inbox().nextDue(reader())).toBe(at(1))
      expect(head && (await resolve(head))).toBe(true)
      expect(
        (await due(at(9)))
          .filter(({ listener }) => listener === 'a')
          .map(({ event }) => event.id)
          .sort(),
      ).toEqual([second.id, other.id].sort())
    })

    test('takeAll() takes what was not taken before, also where one list names an event twice', async () => {
      const takeAll = (wanted: { listener: string; eventId: string }[]) =>
        inTransaction((connection) => inbox().takeAll(connection, wanted))
      const ids = Array.from({ length: 20 }, () => randomUUID())
      const wanted = ids.map((eventId, index) => ({ listener: index % 2 ? 'a' : 'b', eventId }))
      expect(await takeAll(wanted)).toEqual(wanted)
      expect(await takeAll(wanted)).toEqual([])
      const added = { listener: 'a', eventId: randomUUID() }
      expect(await takeAll([...wanted.slice(0, 7), added, ...wanted.slice(7), added])).toEqual([added])
      expect(await takeAll([])).toEqual([])
    })

    test('isAnyWaiting() knows of waiting events only', async () => {
      expect(await inbox().isAnyWaiting(reader())).toBe(false)
      await park('a', someEvent('k'))
      expect(await inbox().isAnyWaiting(reader())).toBe(true)
      const [parked] = await inbox().due(reader(), '9', 1)
      if (parked)
        await inTransaction((connection) => inbox().postpone(connection, parked, { state: 'dead', dueAt: parked.due_at, error: '' }))
      expect(await inbox().isAnyWaiting(reader())).toBe(false)
    })

    test('blocked() names the keys behind which events wait', async () => {
      const blocked = (listener: string, keys: string[]) => inbox().blocked(reader(), listener, keys)
      expect(await blocked('a', ['k'])).toEqual(new Set())
      await park('a', someEvent('k'))
      await park('a', someEvent('K'))
      const many = Array.from({ length: 100 }, (_, index) => `x${index}`)
      expect(await blocked('a', [...many, 'k', 'k '])).toEqual(new Set(['k']))
      expect(await blocked('b', ['k'])).toEqual(new Set())
      expect(await blocked('a', [])).toEqual(new Set())
    })

    test('postpone() and resolve() are for one of two who try the same', async () => {
      await park('a', someEvent('k'))
      const [parked] = await due()
      if (!parked) throw new Error('nothing is due')
      const results = await Promise.all([postpone(parked, 'waiting', at(2)), postpone(parked, 'waiting', at(2)), resolve(parked)])
      expect(results.filter(Boolean)).toHaveLength(1)
    })

    test('a dead event lets the key go on; replayed, it is at its head again', async () => {
      const [first, second] = [someEvent('k', 1), someEvent('k', 2)]
      await park('a', first)
      await park('a', second)
      const [head] = await due()
      expect(head && (await postpone(head, 'dead', at(1)))).toBe(true)
      expect(await inbox().counts(reader())).toEqual({ waiting: 1, dead: 1 })
      expect((await due()).map(({ event }) => event.id)).toEqual([second.id])
      const [dead] = await inbox().dead(reader(), 10)
      expect(dead).toMatchObject({ position: head?.position, attempt: 2, state: 'dead', error: 'again', event: first })
      expect(await inTransaction((connection) => inbox().replay(connection, [head?.position ?? 0, 999_999], at(3)))).toBe(1)
      expect(await due()).toMatchObject([{ event: first, attempt: 0, due_at: at(3) }])
      expect(await inTransaction((connection) => inbox().replay(connection, 'all', at(3)))).toBe(0)
    })

    test('positions of parked events are never given again', async () => {
      await park('a', someEvent('k'))
      const [first] = await due()
      expect(first && (await resolve(first))).toBe(true)
      await park('a', someEvent('k'))
      expect((await due())[0]?.position).toBeGreaterThan(first?.position ?? Number.NaN)
    })
  })

  describe('operations', () => {
    const operations = () => get().database.operations
    const operation = { method: 'renameSample', inputHash: 'h'.repeat(43), reply: '{"a":"😀"}' }
    const store = (hash: string, now = at(0)) => inTransaction((connection) => operations().store(connection, hash, operation, now))

    test('are found again under their hash', async () => {
      expect(await operations().find(reader(), 'x')).toBeUndefined()
      await store('x')
      expect(await operations().find(reader(), 'x')).toEqual(operation)
      await expect(store('x')).rejects.toBeInstanceOf(OperationExists)
    })

    test('of many who do the same at once, one does it', async () => {
      for (let round = 0; round < 5; round++) {
        await get().clear()
        const results = await Promise.allSettled(
          Array.from({ length: 8 }, () =>
            get().database.transaction(someOrigin(), async (tx) => {
              await samples.insert(tx, 'sample_created', newSample())
              await operations().store(tx.connection, 'same', operation, tx.now)
            }),
          ),
        )
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
        for (const result of results) if (result.status === 'rejected') expect(result.reason).toBeInstanceOf(OperationExists)
        expect(await countRows(get(), 'sample_samples')).toBe(1)
      }
    })

    test('are forgotten by age, a number at a time', async () => {
      for (let second = 0; second < 5; second++) await store(`h${second}`, at(second))
      const forget = (limit: number) => inTransaction((connection) => operations().forget(connection, at(4), limit))
      expect(await forget(3)).toBe(3)
      expect(await forget(500)).toBe(1)
      expect(await forget(500)).toBe(0)
      expect(await operations().find(reader(), 'h4')).toEqual(operation)
    })
  })

  describe('membership', () => {
    test('instances join, beat, are seen and leave', async () => {
      const { instances } = get().database
      const [a, b] = [randomUUID(), randomUUID()].sort() as [string, string]
      expect(await inTransaction((connection) => instances.beat(connection, a))).toBe(false)
      for (const id of [b, a]) await inTransaction((connection) => instances.join(connection, id, at(0)))
      expect(await inTransaction((connection) => instances.beat(connection, a))).toBe(true)
      expect(await instances.all(reader())).toEqual([
        { id: a, beat: 1 },
        { id: b, beat: 0 },
      ])
      await inTransaction((connection) => instances.join(connection, a, at(0)))
      await inTransaction((connection) => instances.leave(connection, b))
      expect(await instances.all(reader())).toEqual([{ id: a, beat: 0 }])
    })

    test('of many who want a lease at once, one has it, and its epoch grows with each holder', async () => {
      const { leases } = get().database
      const takeAll = async () => {
        const seen = await leases.find(reader(), 'leader')
        const takers = Array.from({ length: 6 }, () => randomUUID())
        const epochs = await Promise.all(
          takers.map((taker) => get().database.transaction(someOrigin(), (tx) => leases.take(tx.connection, 'leader', taker, seen))),
        )
        const winner = epochs.findIndex((epoch) => epoch !== undefined)
        expect(epochs.filter((epoch) => epoch !== undefined)).toHaveLength(1)
        return { holder: takers[winner] ?? '', epoch: epochs[winner] ?? 0 }
      }
      const first = await takeAll()
      expect(first.epoch).toBe(1)
      expect(await leases.find(reader(), 'leader')).toEqual({ ...first, beat: 0 })
      expect(await inTransaction((connection) => leases.renew(connection, 'leader', first.holder, 1))).toBe(true)
      const second = await takeAll()
      expect(second.epoch).toBe(2)
      expect(await inTransaction((connection) => leases.renew(connection, 'leader', first.holder, 1))).toBe(false)
      await inTransaction((connection) => leases.release(connection, 'leader', first.holder))
      expect(await leases.find(reader(), 'leader')).toMatchObject({ holder: second.holder })
      await inTransaction((connection) => leases.release(connection, 'leader', second.holder))
      expect(await leases.find(reader(), 'leader')).toEqual({ holder: '', epoch: 2, beat: 0 })
    })

    test('a lease that was renewed in between is not taken', async () => {
      const { leases } = get().database
      const holder = randomUUID()
      await inTransaction((connection) => leases.take(connection, 'leader', holder, undefined))
      const seen = await leases.find(reader(), 'leader')
      await inTransaction((connection) => leases.renew(connection, 'leader', holder, 1))
      expect(await inTransaction((connection) => leases.take(connection, 'leader', randomUUID(), seen))).toBeUndefined()
    })
  })
}
