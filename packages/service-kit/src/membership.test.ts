import { type Database, DatabaseUnavailable, openDatabase, openEngine } from '@voipbin/sql'
import { createMysqlDatabase, createStallingClock, type MysqlDatabase, requireServer, type StallingClock } from '@voipbin/test-kit'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createIds } from './ids.ts'
import { createLogger } from './logger.ts'
import { joinOthers, type Membership } from './membership.ts'

const serverUrl = requireServer('sql')

type Replica = {
  readonly id: string
  readonly database: Database
  readonly clock: StallingClock
  readonly membership: Membership
  readonly owned: () => readonly number[]
  readonly ledAt: readonly number[]
}

/** A fail-over is over within this time of the last sign of life. */
const FAIL_OVER_MS = 2500

describe.skipIf(serverUrl === undefined)('joinOthers()', () => {
  let own: MysqlDatabase
  const replicas: Replica[] = []

  beforeAll(async () => {
    own = await createMysqlDatabase(serverUrl ?? '')
  })
  afterAll(() => own.drop())
  afterEach(async () => {
    for (const { membership, database, clock } of replicas.splice(0)) {
      clock.resume()
      await membership.close().catch(() => undefined)
      await database.engine.inTransaction(async (connection) => {
        for (const table of ['instances', 'leases', 'jobs']) await connection.run(`delete from kit_${table}`, [])
      })
      await database.close()
    }
  })

  async function replica(skewMs = 0): Promise<Replica> {
    const clock = createStallingClock(skewMs)
    const newId = createIds(clock)
    const engine = await openEngine({ url: own.url, poolSize: 4, service: 'kit', dataFolder: '', synchronous: 'NORMAL' })
    const source = { now: clock.time, newId }
    const database = openDatabase(engine, { service: 'kit', source, migrations: '/none', onCommit: () => undefined })
    await database.migrate()
    const id = newId()
    let owned: readonly number[] = []
    const ledAt: number[] = []
    const membership = await joinOthers({
      ...{ database, instance: id, clock, log: createLogger('silent', {}) },
      onPartitions: (partitions) => {
        owned = partitions
      },
      onLeader: () => ledAt.push(performance.now()),
    })
    const made = { id, database, clock, membership, owned: () => owned, ledAt }
    replicas.push(made)
    return made
  }

  const poll = <T>(look: () => T) => expect.poll(look, { timeout: 8000, interval: 5 })
  const isSplit = (one: Replica, two: Replica) =>
    one.owned().length === 4 && two.owned().length === 4 && new Set([...one.owned(), ...two.owned()]).size === 8
  const leaseOf = ({ database }: Replica) => database.leases.find(database.engine.reader, 'leader')

  test.each([0, 3_600_000, -3_600_000])('two share the partitions 4 to 4, though one clock is %i ms off', async (skewMs) => {
    const one = await replica()
    expect(one.owned()).toHaveLength(8)
    const two = await replica(skewMs)
    await poll(() => isSplit(one, two)).toBe(true)
    expect([one.membership.isLeader(), two.membership.isLeader()]).toEqual([true, false])
    await new Promise((resolve) => setTimeout(resolve, 3000))
    expect(isSplit(one, two)).toBe(true)
    expect([one.membership.isLeader(), two.membership.isLeader()]).toEqual([true, false])
  })

  test('one that leaves hands its partitions and the lead over at its neighbour’s next beat', async () => {
    const one = await replica()
    const two = await replica()
    await poll(() => isSplit(one, two)).toBe(true)
    const from = performance.now()
    await one.membership.close()
    await poll(() => two.owned().length).toBe(8)
    await poll(() => two.membership.isLeader()).toBe(true)
    expect(performance.now() - from).toBeLessThan(1000)
    expect(await leaseOf(two)).toMatchObject({ holder: two.id, epoch: 2 })
  })

  test.each([0, 3_600_000, -3_600_000])(
    'one that is killed is replaced within 2.5 s, and led by one at a time, with a clock %i ms off',
    async (skewMs) => {
      const one = await replica()
      const two = await replica(skewMs)
      await poll(() => isSplit(one, two)).toBe(true)
      let ledTogether = 0
      const watching = setInterval(() => {
        if (one.membership.isLeader() && two.membership.isLeader()) ledTogether++
      }, 1)
      one.clock.stall()
      const from = performance.now()
      await poll(() => two.owned().length).toBe(8)
      await poll(() => two.membership.isLeader()).toBe(true)
      const took = performance.now() - from
      clearInterval(watching)
      expect(took).toBeLessThan(FAIL_OVER_MS)
      expect(ledTogether).toBe(0)
      expect(one.membership.isLeader()).toBe(false)
      expect(await leaseOf(two)).toMatchObject({ holder: two.id, epoch: 2 })
    },
  )

  test('one whose beats stopped comes back, and does not lead on', async () => {
    const one = await replica()
    const two = await replica()
    await poll(() => isSplit(one, two)).toBe(true)
    one.clock.stall()
    await poll(() => two.owned().length).toBe(8)
    await poll(() => two.membership.isLeader()).toBe(true)
    one.clock.resume()
    await poll(() => isSplit(one, two)).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect([one.membership.isLeader(), two.membership.isLeader()]).toEqual([false, true])
    expect(two.ledAt).toHaveLength(1)
  })

  test('one whose database is away for a moment goes on when it is back', async () => {
    const one = await replica()
    const { inTransaction } = one.database.engine
    const engine = one.database.engine as { inTransaction: typeof inTransaction }
    engine.inTransaction = () => Promise.reject(new DatabaseUnavailable('made to fail'))
    await poll(() => one.membership.isLeader()).toBe(false)
    engine.inTransaction = inTransaction
    await poll(() => one.membership.isLeader()).toBe(true)
    expect(one.owned()).toHaveLength(8)
  })

  test('ten that start at once agree on who leads and who has which partition', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => replica()))
    await poll(() =>
      all
        .flatMap((each) => each.owned())
        .sort()
        .join(),
    ).toBe('0,1,2,3,4,5,6,7')
    await poll(() => all.filter((each) => each.membership.isLeader()).length).toBe(1)
  })

  test('jobs of the dead wait again; those of one who has just joined stay with it', async () => {
    const one = await replica()
    const two = await replica()
    await poll(() => isSplit(one, two)).toBe(true)
    const jobs = ['of the dead', 'of the living', 'of nobody known']
    const owners = [two.id, one.id, crypto.randomUUID()]
    for (const [index, key] of jobs.entries()) {
      await one.database.engine.inTransaction(async (connection) => {
        const job = { id: crypto.randomUUID(), kind: 'k', key, dueAt: one.clock.time(), payload: {}, requestId: 'r', trace: '' }
        await one.database.jobs.schedule(connection, job, one.clock.time())
        await connection.run("update kit_jobs set state = 'running', owner = ? where job_key = ?", [owners[index] ?? '', key])
      })
    }
    const running = async () =>
      (await one.database.engine.reader.all("select job_key from kit_jobs where state = 'running' order by job_key", [])).map(
        (row) => row['job_key'],
      )
    await expect.poll(running).toEqual(['of the dead', 'of the living'])
    two.clock.stall()
    await expect.poll(running).toEqual(['of the living'])
  })
})
