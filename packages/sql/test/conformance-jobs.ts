import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { NewJob, StoredJob } from '../src/index.ts'
import { countRows, someOrigin, type TestSystem } from './test-system.ts'

const at = (second: number) => `2026-01-31T09:00:${String(second).padStart(2, '0')}.000000Z`

export function jobsSuite(get: () => TestSystem): void {
  const jobs = () => get().database.jobs
  const reader = () => get().engine.reader
  const inTransaction = <T>(work: Parameters<TestSystem['engine']['inTransaction']>[0]) => get().engine.inTransaction(work) as Promise<T>
  const due = (now = at(59)) => jobs().due(reader(), now, 100)
  const claim = (job: StoredJob, owner: string) =>
    inTransaction<StoredJob | undefined>((connection) => jobs().claim(connection, job, owner))
  const finish = (job: StoredJob) => inTransaction<boolean>((connection) => jobs().finish(connection, job))
  const postpone = (job: StoredJob, state: 'waiting' | 'dead', dueAt: string) =>
    inTransaction<boolean>((connection) => jobs().postpone(connection, job, { state, dueAt, error: 'no luck' }))

  async function schedule(key: string, fields: Partial<NewJob> = {}): Promise<void> {
    const job = { id: randomUUID(), kind: 'remind', key, dueAt: at(0), payload: { key }, requestId: 'req_1', trace: '', ...fields }
    await inTransaction((connection) => jobs().schedule(connection, job, at(0)))
  }
  async function only(): Promise<StoredJob> {
    const [job, ...others] = await due()
    if (!job || others.length > 0) throw new Error('expected one job')
    return job
  }

  test('due() is what waits and is due, the earliest first, less the kinds that nobody has a hand for', async () => {
    await schedule('late', { dueAt: at(30) })
    await schedule('early', { dueAt: at(10) })
    await schedule('other', { dueAt: at(20), kind: 'call' })
    expect((await due()).map(({ key }) => key)).toEqual(['early', 'other', 'late'])
    expect((await due(at(20))).map(({ key }) => key)).toEqual(['early', 'other'])
    expect((await jobs().due(reader(), at(59), 1)).map(({ key }) => key)).toEqual(['early'])
    expect((await jobs().due(reader(), at(59), 9, ['remind', 'x'])).map(({ key }) => key)).toEqual(['other'])
    expect(await jobs().nextDue(reader())).toBe(at(10))
    expect(await jobs().nextDue(reader(), ['remind'])).toBe(at(20))
    expect(await jobs().nextDue(reader(), ['remind', 'call'])).toBeUndefined()
  })

  test('of two claimers at once one has the job', async () => {
    for (let round = 0; round < 10; round++) {
      await schedule(`k${round}`)
      const job = await only()
      const claims = await Promise.all([claim(job, randomUUID()), claim(job, randomUUID())])
      const won = claims.filter((claimed) => claimed !== undefined)
      expect(won).toHaveLength(1)
      expect(await due()).toEqual([])
      expect(await Promise.all(won.map(finish))).toEqual([true])
    }
    expect(await countRows(get(), 'sample_jobs')).toBe(0)
  })

  test('whoever holds an older fence can neither end nor postpone', async () => {
    await schedule('k')
    const job = await only()
    const claimed = await claim(job, randomUUID())
    expect(await finish(job)).toBe(false)
    expect(await postpone(job, 'waiting', at(1))).toBe(false)
    expect(claimed && (await finish(claimed))).toBe(true)
    expect(claimed && (await finish(claimed))).toBe(false)
  })

  test('a job that is scheduled anew while it runs outlives the end of that run', async () => {
    await schedule('k', { payload: 'old' })
    const claimed = await claim(await only(), randomUUID())
    await schedule('k', { payload: 'new', dueAt: at(5) })
    expect(claimed && (await finish(claimed))).toBe(false)
    expect(claimed && (await postpone(claimed, 'dead', at(9)))).toBe(false)
    expect(await only()).toMatchObject({ payload: 'new', due_at: at(5), attempt: 0, state: 'waiting' })
    expect((await only()).id).not.toBe(claimed?.id)
  })

  test('a job that was taken back and scheduled again is not ended by who ran the first', async () => {
    await schedule('k', { payload: 'old' })
    const old = await claim(await only(), randomUUID())
    await inTransaction((connection) => jobs().unschedule(connection, 'remind', 'k'))
    await schedule('k', { payload: 'new' })
    const claimed = await claim(await only(), randomUUID())
    expect(claimed?.fence).toBe(old?.fence)
    expect(old && (await finish(old))).toBe(false)
    expect(claimed && (await finish(claimed))).toBe(true)
  })

  test('postpone() counts the attempt and waits, or gives up', async () => {
    await schedule('k')
    const first = await claim(await only(), randomUUID())
    expect(first && (await postpone(first, 'waiting', at(8)))).toBe(true)
    expect(await due(at(7))).toEqual([])
    expect(await only()).toMatchObject({ attempt: 1, due_at: at(8), error: 'no luck' })
    const second = await claim(await only(), randomUUID())
    expect(second && (await postpone(second, 'dead', at(9)))).toBe(true)
    expect(await due()).toEqual([])
    expect(await jobs().dead(reader(), 10)).toMatchObject([{ key: 'k', attempt: 2, state: 'dead', error: 'no luck' }])
    expect(await jobs().counts(reader())).toEqual({ waiting: 0, running: 0, dead: 1 })
  })

  test('an error longer than its column is cut', async () => {
    await schedule('k')
    const claimed = await claim(await only(), randomUUID())
    if (!claimed) throw new Error('not claimed')
    const long = { state: 'dead', dueAt: at(1), error: 'é'.repeat(9000) } as const
    expect(await inTransaction((connection) => jobs().postpone(connection, claimed, long))).toBe(true)
    expect((await jobs().dead(reader(), 1))[0]?.error).toHaveLength(4096)
  })

  test('replay() brings back the dead that are named, or all', async () => {
    for (const key of ['a', 'b', 'c']) await schedule(key)
    for (const job of await due()) {
      const claimed = await claim(job, randomUUID())
      if (claimed) await postpone(claimed, 'dead', at(1))
    }
    const dead = await jobs().dead(reader(), 10)
    const b = dead.find(({ key }) => key === 'b')
    expect(await inTransaction((connection) => jobs().replay(connection, [b?.id ?? '', randomUUID()], at(2)))).toBe(1)
    expect(await due()).toMatchObject([{ key: 'b', attempt: 0, due_at: at(2) }])
    expect(await inTransaction((connection) => jobs().replay(connection, 'all', at(3)))).toBe(2)
    expect(await due()).toHaveLength(3)
    expect(await inTransaction((connection) => jobs().replay(connection, 'all', at(3)))).toBe(0)
  })

  test('jobs of instances that are gone wait again, those of the living run on', async () => {
    const [alive, gone] = [randomUUID(), randomUUID()]
    for (const key of ['a', 'b', 'c']) await schedule(key)
    const [a, b] = await due()
    const held = a && (await claim(a, alive))
    const lost = b && (await claim(b, gone))
    expect((await jobs().runningOf(reader(), gone)).map(({ id }) => id)).toEqual([b?.id])
    expect(await inTransaction((connection) => jobs().reclaim(connection, async () => [alive]))).toBe(1)
    expect(await jobs().counts(reader())).toEqual({ waiting: 2, running: 1, dead: 0 })
    expect(lost && (await finish(lost))).toBe(false)
    expect(held && (await finish(held))).toBe(true)
  })

  test('runs of 4 claimers over 60 jobs do each once', async () => {
    for (let index = 0; index < 60; index++) await schedule(`k${index}`)
    const done: string[] = []
    async function worker(): Promise<void> {
      const owner = randomUUID()
      for (let found = await due(); found.length > 0; found = await due()) {
        for (const job of found.slice(0, 10)) {
          const claimed = await claim(job, owner)
          if (claimed && (await finish(claimed))) done.push(claimed.key)
        }
      }
    }
    await Promise.all([worker(), worker(), worker(), worker()])
    expect(done).toHaveLength(60)
    expect(new Set(done).size).toBe(60)
  })

  test('what is due at once is in a hand that is free with its commit, and nobody else takes it', async () => {
    const started: StoredJob[] = []
    const outcome: string[] = []
    const hand = { owner: randomUUID(), start: (job: StoredJob) => started.push(job), giveBack: () => outcome.push('given back') }
    get().hands.reserve = (kind) => (kind === 'now' ? hand : undefined)
    get().holdClock(at(1))
    const token = (kind: string) => ({ kind, payload: z.object({ count: z.int() }) })
    const scheduleAll = (count: number, fails = false) =>
      get().database.transaction(someOrigin(), async (tx) => {
        tx.schedule(token('now'), 'one', at(1), { count: count - 1 })
        tx.schedule(token('now'), 'one', at(1), { count })
        tx.schedule(token('now'), 'later', at(2), { count })
        tx.schedule(token('busy'), 'one', at(1), { count })
        if (fails) throw new RangeError('no')
      })
    await scheduleAll(1)
    expect(started).toMatchObject([{ kind: 'now', key: 'one', payload: { count: 1 }, attempt: 0, state: 'running' }])
    expect((await due()).map(({ kind, key }) => [kind, key])).toEqual([
      ['busy', 'one'],
      ['now', 'later'],
    ])
    expect((await jobs().runningOf(reader(), hand.owner)).map(({ id }) => id)).toEqual([started[0]?.id])

    // Replaced while it runs: the older hand cannot end the newer job, which can.
    await scheduleAll(2)
    expect(await finish(started[0] as StoredJob)).toBe(false)
    expect(await finish(started[1] as StoredJob)).toBe(true)

    await expect(scheduleAll(3, true)).rejects.toThrow(RangeError)
    expect([started.length, outcome]).toEqual([2, []])
    get().hands.reserve = (kind) => (kind === 'now' ? hand : failing())
    await expect(scheduleAll(4)).rejects.toThrow('no hands')
    expect([started.length, outcome]).toEqual([2, ['given back']])
    expect(await jobs().runningOf(reader(), hand.owner)).toEqual([])
  })
}

function failing(): never {
  throw new RangeError('no hands')
}
