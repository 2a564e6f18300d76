import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { addMilliseconds } from '@voipbin/contracts/time'
import { type DeadLetter, type JobHandler, job } from '@voipbin/service-kit'
import { type Database, DatabaseUnavailable, type Engine } from '@voipbin/sql'
import { createFakeClock, type FakeClock, type System, startSystem } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { customer_id } from './ids.ts'
import { shopContract } from './shop/contract.ts'
import { orders, shopWith } from './shop/index.ts'

let system: System
let clock: FakeClock
let database: Database
/** `<what> at <second>` of each run. */
let runs: string[]

const note = (what: string) => runs.push(`${what} at ${Math.round(clock.monotonic()) / 1000}`)
const remind = job('remind', z.object({ what: z.string() }))
const ring = job('ring', z.object({ what: z.string() }))

type Plan = { readonly kind: 'remind' | 'ring'; readonly key: string; readonly seconds: number; readonly what: string }
/** The shop, whose `change` schedules and unschedules: `[{kind, key, seconds, what}]`, seconds < 0 to unschedule. */
const start = async (jobs: JobHandler[], files: { sqlUrl?: string; dataDir?: string } = {}) => {
  system = await startSystem({
    ...{ clock, ...files },
    services: [
      shopWith({
        jobs,
        change: async (tx, input) => {
          for (const { kind, key, seconds, what } of JSON.parse(input.text) as Plan[]) {
            const token = kind === 'ring' ? ring : remind
            if (seconds < 0) tx.unschedule(token, key)
            else tx.schedule(token, key, addMilliseconds(tx.now, seconds * 1000), { what })
          }
          return input
        },
      }),
    ],
  })
  database = system.platform.services[0]?.database as Database
}
const plan = (...plans: Partial<Plan>[]) =>
  system.client(shopContract).change({ text: JSON.stringify(plans.map((given) => ({ kind: 'remind', key: 'k', what: 'it', ...given }))) })
const rows = () => database.engine.reader.all('select kind, job_key, state, attempt from shop_jobs order by job_key', [])
const operate = (method: string, input: unknown): Promise<unknown> =>
  system.platform.caller.call({ service: 'shop', method, kind: 'mutation', timeout: 'default' }, input)
/** What keeps the answer of the next commit from whoever waits for it. */
const afterNextCommit = (work: () => Promise<void>) => {
  const engine = database.engine as { inTransaction: Engine['inTransaction'] }
  const { inTransaction } = engine
  engine.inTransaction = async (inside) => {
    engine.inTransaction = inTransaction
    const result = await inTransaction(inside)
    await work()
    return result
  }
}

beforeEach(() => {
  runs = []
  clock = createFakeClock()
})
afterEach(() => system.close())

describe('a job', () => {
  test('runs once, when it is due', async () => {
    await start([remind.inTx(async (_, { what }) => void note(what))])
    await plan({ seconds: 5, key: 'a', what: 'a' }, { seconds: 0, key: 'b', what: 'b' }, { seconds: 3600, key: 'c', what: 'c' })
    await clock.advance(4999)
    expect(runs).toEqual(['b at 0'])
    await clock.advance(10)
    expect(runs).toEqual(['b at 0', 'a at 5.001'])
    await clock.advance(60_000)
    expect(runs).toHaveLength(2)
    expect(await rows()).toMatchObject([{ job_key: 'c' }])
  })

  test('of the same kind and key replaces the one before; of another kind does not', async () => {
    await start([remind.inTx(async (_, { what }) => void note(what)), ring.inTx(async (_, { what }) => void note(what))])
    await plan({ seconds: 2, what: 'old' }, { kind: 'ring', seconds: 2, what: 'ring' })
    await plan({ seconds: 4, what: 'new' })
    await clock.advance(10_000)
    expect(runs.map((run) => run.split(' at ')[0])).toEqual(['ring', 'new'])
  })

  test('that is unscheduled does not run', async () => {
    await start([remind.inTx(async (_, { what }) => void note(what))])
    await plan({ seconds: 2 })
    await plan({ seconds: -1 })
    await clock.advance(10_000)
    expect(runs).toEqual([])
    expect(await rows()).toEqual([])
  })

  test('gets its payload as the schema reads it', async () => {
    await start([remind.inTx(async (_, { what }) => void note(what))])
    await database.engine.inTransaction((connection) =>
      database.jobs.schedule(
        connection,
        { id: crypto.randomUUID(), kind: 'remind', key: 'k', dueAt: clock.time(), payload: { what: 1 }, requestId: 'r', trace: '' },
        clock.time(),
      ),
    )
    await clock.advance(1500)
    expect(runs).toEqual([])
    const [row] = await rows()
    expect(row).toMatchObject({ state: 'waiting' })
    expect(row?.['attempt']).toBeGreaterThan(0)
  })
})

describe('a job in the transaction', () => {
  test('ends with its effect, or not at all', async () => {
    let failures = 1
    await start([
      remind.inTx(async (tx, { what }) => {
        await orders.insert(tx, 'order_created', { customer_id, name: what, amount: 1, pin: '' })
        if (failures-- > 0) throw new Error('made to fail')
      }),
    ])
    await plan({ seconds: 0 })
    await clock.settle()
    const list = async () => (await system.client(shopContract).listOrders({ customer_id })).result.map(({ name }) => name)
    expect(await list()).toEqual([])
    expect(await rows()).toMatchObject([{ state: 'waiting', attempt: 1 }])
    await clock.advance(1100)
    expect(await list()).toEqual(['it'])
    expect(await rows()).toEqual([])
  })

  test('may schedule itself again under its own key', async () => {
    let left = 3
    await start([
      remind.inTx(async (tx, payload) => {
        note(payload.what)
        if (--left > 0) tx.schedule(remind, 'k', addMilliseconds(tx.now, 1000), payload)
      }),
    ])
    await plan({ seconds: 1 })
    await clock.advance(10_000)
    expect(runs).toHaveLength(3)
    expect(await rows()).toEqual([])
  })
})

describe('a job outside', () => {
  test('commits what it returns with its end', async () => {
    await start([
      remind.outside(async (ctx, { what }) => {
        ctx.log.info('outside')
        return async (tx) => void (await orders.insert(tx, 'order_created', { customer_id, name: what, amount: 1, pin: '' }))
      }),
    ])
    await plan({ seconds: 0 })
    await clock.settle()
    expect((await system.client(shopContract).listOrders({ customer_id })).result).toHaveLength(1)
    expect(await rows()).toEqual([])
  })

  test('that was scheduled anew while it ran does not end the newer one', async () => {
    const gate = Promise.withResolvers<void>()
    await start([
      remind.outside(async (_, { what }) => {
        note(`start ${what}`)
        if (what === 'old') await gate.promise
        return async () => void note(`commit ${what}`)
      }),
    ])
    await plan({ seconds: 0, what: 'old' })
    await clock.advance(10)
    await plan({ seconds: 5, what: 'new' })
    gate.resolve()
    await clock.advance(1000)
    expect(runs.map((run) => run.split(' at ')[0])).toEqual(['start old'])
    expect(await rows()).toMatchObject([{ job_key: 'k', state: 'waiting' }])
    await clock.advance(5000)
    expect(runs.map((run) => run.split(' at ')[0])).toEqual(['start old', 'start new', 'commit new'])
  })

  test('that was scheduled anew names its nested calls anew', async () => {
    const seen: string[] = []
    const done = job('done', z.object({}))
    await start([
      remind.outside(async (ctx, { what }) => {
        await ctx.transaction(async (tx) => {
          seen.push(tx.request(shopContract, 'change', { text: '[]' }))
        })
        if (what === 'old') await plan({ seconds: 0, what: 'new' })
      }),
      done.inTx(async () => undefined),
    ])
    await plan({ seconds: 0, what: 'old' })
    await clock.advance(3000)
    expect(new Set(seen).size).toBe(2)
  })

  test('that fails names them as before: what was asked for once is not asked for twice', async () => {
    const seen: string[] = []
    await start([
      remind.outside(async (ctx) => {
        await ctx.transaction(async (tx) => {
          seen.push(tx.request(shopContract, 'change', { text: '[]' }))
        })
        if (seen.length === 1) throw new Error('made to fail')
        return async (tx) => void seen.push(tx.request(shopContract, 'change', { text: '[]' }))
      }),
    ])
    await plan({ seconds: 0 })
    await clock.advance(3000)
    expect(seen).toHaveLength(3)
    expect(seen[0]).toBe(seen[1])
    expect(seen[2]).not.toBe(seen[1])
  })

  test('of which many wait for others does not keep a timer waiting', async () => {
    const gate = Promise.withResolvers<void>()
    let underWay = 0
    await start([
      ring.outside(async () => {
        underWay++
        await gate.promise
      }),
      remind.inTx(async (_, { what }) => void note(what)),
    ])
    await plan(...Array.from({ length: 200 }, (_, n) => ({ kind: 'ring' as const, key: `r${n}`, seconds: 0 })))
    await plan({ seconds: 2, what: 'timer' })
    await clock.advance(1999)
    expect(underWay).toBe(64)
    expect(runs).toEqual([])
    await clock.advance(10)
    expect(runs).toEqual(['timer at 2.001'])
    gate.resolve()
    await clock.advance(10)
    expect(underWay).toBe(200)
    expect(await rows()).toEqual([])
  })
})

test('jobs that are claimed have their hands meanwhile: no more run at once than may', async () => {
  const ended = Promise.withResolvers<void>()
  const one = job('ring', z.object({ what: z.string() }), { hands: 1 })
  let [underWay, most] = [0, 0]
  await start([
    one.outside(async (_, { what }) => {
      most = Math.max(most, ++underWay)
      note(what)
      await ended.promise
      underWay--
    }),
  ])
  await plan({ kind: 'ring', key: 'a', seconds: 1, what: 'a' })
  const claimed = Promise.withResolvers<void>()
  afterNextCommit(() => claimed.promise)
  await clock.advance(1100)
  await plan({ kind: 'ring', key: 'b', seconds: 0, what: 'b' })
  claimed.resolve()
  await clock.advance(100)
  ended.resolve()
  await clock.advance(3000)
  expect(runs.map((run) => run.split(' at ')[0])).toEqual(['a', 'b'])
  expect(most).toBe(1)
})

describe('a job that fails', () => {
  test('is tried again after 1, 2, 4, 8, 16 and 32 s, then dead, listed and replayable', async () => {
    let isBroken = true
    await start([
      remind.inTx(async (_, { what }) => {
        note(what)
        if (isBroken) throw new Error('never works')
      }),
    ])
    await plan({ seconds: 0 })
    await clock.advance(64_000)
    expect(runs.map((run) => Math.round(Number(run.split(' at ')[1])))).toEqual([0, 1, 3, 7, 15, 31, 63])
    await clock.advance(600_000)
    expect(runs).toHaveLength(7)
    const [dead] = ((await operate('kernel.listDeadLetters', {})) as { result: DeadLetter[] }).result
    expect(dead).toMatchObject({ what: 'remind', subject: 'k', attempts: 7, error: 'Error: never works', payload: { what: 'it' } })
    isBroken = false
    expect(await operate('kernel.replayDeadLetters', { names: [dead?.name] })).toEqual({ replayed: 1 })
    await clock.advance(1000)
    expect(runs).toHaveLength(8)
    expect(await rows()).toEqual([])
  })

  test('and is of a kind that this release does not know is left for the next one', async () => {
    await start([])
    await plan({ seconds: 0 })
    await clock.advance(600_000)
    expect(await rows()).toMatchObject([{ state: 'waiting' }])
  })
})

describe('a job that is marked as running', () => {
  const markAsRunning = (owner: string) =>
    database.engine.inTransaction(async (connection) => {
      await connection.run("update shop_jobs set state = 'running', owner = ?, fence = fence + 1", [owner])
    })

  test('by a process that is gone is run by the next, once', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'voipbin-'))
    onTestFinished(() => rmSync(dataDir, { recursive: true }))
    const again = remind.outside(async (_, { what }) => void note(what))
    const files = { sqlUrl: 'sqlite:', dataDir }
    await start([again], files)
    await plan(...Array.from({ length: 30 }, (_, n) => ({ key: `k${n}`, seconds: 3600 })))
    await markAsRunning(crypto.randomUUID())
    await system.close()
    await clock.jump(4_000_000)
    await start([again], files)
    await clock.advance(3000)
    expect(runs).toHaveLength(30)
    expect(await rows()).toEqual([])
  })

  test('here, though nobody holds it, because the database was away when it failed, is found again', async () => {
    await start([
      remind.inTx(async (_, { what }) => {
        note(what)
        if (runs.length === 1) throw new Error('made to fail')
      }),
    ])
    const { postpone } = database.jobs
    const jobs = database.jobs as { postpone: typeof postpone }
    jobs.postpone = () => {
      jobs.postpone = postpone
      throw new DatabaseUnavailable('made to fail')
    }
    await plan({ seconds: 0 })
    await clock.advance(0)
    expect(await rows()).toMatchObject([{ state: 'running' }])
    await clock.advance(3000)
    expect(runs).toHaveLength(2)
    expect(await rows()).toEqual([])
  })

  test('by a commit whose answer was lost is found again', async () => {
    await start([remind.outside(async (_, { what }) => void note(what))])
    afterNextCommit(() => Promise.reject(new DatabaseUnavailable('made to fail')))
    await plan({ seconds: 0 })
    await clock.advance(3000)
    expect(runs).toHaveLength(1)
    expect(await rows()).toEqual([])
  })

  test('by a commit that is done long after its answer was given up is found again', async () => {
    let owner = ''
    const instance = async () => String((await database.engine.reader.all('select owner from shop_jobs', []))[0]?.['owner'])
    await start([
      remind.outside(async (_, { what }) => {
        note(what)
        owner = await instance()
      }),
    ])
    await plan({ seconds: 0 })
    await clock.advance(3000)
    const late = { id: crypto.randomUUID(), kind: 'remind', key: 'late', dueAt: clock.time(), payload: { what: 'late' } }
    await database.engine.inTransaction((connection) =>
      database.jobs.schedule(connection, { ...late, requestId: 'r', trace: '' }, clock.time(), owner),
    )
    await clock.advance(60_000)
    expect(runs.map((run) => run.split(' at ')[0])).toEqual(['it', 'late'])
    expect(await rows()).toEqual([])
  })

  test('by a commit whose answer is on its way is nobody else’s to start', async () => {
    await start([
      remind.outside(async (_, { what }) => {
        note(what)
        if (what === 'lost' && runs.length === 1) throw new Error('made to fail')
      }),
    ])
    const { postpone } = database.jobs
    const jobs = database.jobs as { postpone: typeof postpone }
    const answered = Promise.withResolvers<void>()
    afterNextCommit(() => answered.promise)
    const planning = plan({ seconds: 0, key: 'slow', what: 'slow' })
    await clock.settle()
    jobs.postpone = () => {
      jobs.postpone = postpone
      throw new DatabaseUnavailable('made to fail')
    }
    await plan({ seconds: 0, key: 'lost', what: 'lost' })
    await clock.advance(3000)
    expect(runs.map((run) => run.split(' at ')[0])).toEqual(['lost', 'lost'])
    answered.resolve()
    await planning
    await clock.advance(3000)
    expect(runs.map((run) => run.split(' at ')[0])).toEqual(['lost', 'lost', 'slow'])
    expect(await rows()).toEqual([])
  })
})
