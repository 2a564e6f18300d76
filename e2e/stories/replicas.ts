import { PARTITIONS } from '@voipbin/bus'
import { expect, test } from 'vitest'
import { CUSTOMER_ID, keep } from '../load.ts'
import { type Answer, operateThrough } from '../operate.ts'
import { type Scene, underLoad, until } from '../scene.ts'
import { areOurs, consumers } from '../servers.ts'
import { restartEnded, type World } from '../world.ts'

const REQUESTS = 60
const AT_ONCE = 6

/** Only where a service has several. */
export function replicaStories(scene: Scene): void {
  test('two replicas share the partitions, four each', () => expectShares(scene.world, [4, 4]))

  test('kill -9 of one replica: the other takes over', async () => {
    const { world } = scene
    await underLoad(scene, async () => {
      for (const service of ['account', 'ledger']) await world.of(service)[0]?.kill()
      await expectShares(world, [8])
      await restartEnded(world)
    })
    await expectShares(world, [4, 4])
  })

  test('a replica joins and leaves', async () => {
    const { world } = scene
    await underLoad(scene, async () => {
      const third = await world.join('ledger')
      await expectShares(world, [2, 3, 3])
      expect(await third.terminate()).toMatchObject({ code: 0 })
      world.forget(third)
      await expectShares(world, [4, 4])
    })
  })

  test('SIGTERM of one replica: no request fails', async () => {
    const { world, journal } = scene
    await underLoad(scene, async () => {
      const asked = askMany(world)
      const [leaving] = world.of('account')
      expect(await leaving?.terminate()).toMatchObject({ code: 0 })
      for (const answer of await asked) {
        expect(answer).toHaveProperty('output')
        if ('output' in answer) keep(journal, 'account_accounts', answer.output.id, 'asked once')
      }
      await restartEnded(world)
    })
  })
}

/** Without a second try, through a process that stays. */
async function askMany(world: World): Promise<Answer<{ id: string }>[]> {
  const [through] = world.of('tag')
  if (!through) throw new Error('No process runs "tag"')
  const command = { service: 'account', method: 'openAccount', input: { customer_id: CUSTOMER_ID, name: 'asked once' } }
  const rows = Array.from({ length: AT_ONCE }, async () => {
    const answers: Answer<{ id: string }>[] = []
    while (answers.length < REQUESTS / AT_ONCE) answers.push(await operateThrough(through, command, crypto.randomUUID()))
    return answers
  })
  return (await Promise.all(rows)).flat()
}

/** How many of the ledger's partitions each replica works on, as the broker sees it. */
export async function expectShares(world: World, wanted: readonly number[]): Promise<void> {
  if (!world.urls || !(await areOurs(world.urls))) return
  let shares: number[] = []
  await until(
    async () => {
      shares = await sharesOf(world)
      return shares.join() === wanted.join()
    },
    `shares of ${wanted.join(' and ')}`,
    15_000,
  ).catch((error: unknown) => expect(shares, String(error)).toEqual(wanted))
}

async function sharesOf({ urls }: World): Promise<number[]> {
  if (!urls) return []
  const found = (await consumers(urls)).filter(({ queue }) => queue.startsWith('bin-manager.ledger.subscribe.'))
  const queues = new Set(found.map(({ queue }) => queue))
  if (found.length !== PARTITIONS || queues.size !== PARTITIONS) return []
  return [...Map.groupBy(found, ({ connection }) => connection).values()].map((share) => share.length).sort()
}
