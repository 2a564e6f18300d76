import { expect, test } from 'vitest'
import { CUSTOMER_ID, keep } from '../load.ts'
import { insist, operateOnce } from '../operate.ts'
import { type Scene, underLoad, until } from '../scene.ts'
import { accountContract } from '../services/account/contract.ts'

const REPEATED = 40

export function repetitionStories(scene: Scene): void {
  test('every event, batch and request that may come twice does', async () => {
    const { world } = scene
    const duplicate = (isOn: boolean) => Promise.all(world.processes.map((process) => process.duplicate(isOn)))
    await underLoad(scene, async () => {
      await duplicate(true)
      const [before] = await world.query('ledger', 'select count(*) as total from ledger_applied')
      const count = async () => Number((await world.query('ledger', 'select count(*) as total from ledger_applied'))[0]?.['total'])
      await until(async () => (await count()) >= Number(before?.['total']) + REPEATED, 'events to be applied')
      await duplicate(false)
    })
    const differing = world.processes.flatMap((process) => process.logs()).filter(({ message }) => message === 'replies differ')
    expect(differing).toEqual([])
  })

  test('a key that comes again is answered as before, or refused for another wish', async () => {
    const { world, journal } = scene
    const command = (name: string) => ({ service: 'account', method: 'openAccount', input: { customer_id: CUSTOMER_ID, name } })
    const key = crypto.randomUUID()
    const first = await operateOnce<{ id: string }>(world, command('once'), key)
    const again = await Promise.all([1, 2, 3].map(() => operateOnce(world, command('once'), key)))
    expect(again).toEqual([first, first, first])
    expect(await operateOnce(world, command('other'), key)).toMatchObject({ error: { reason: 'IDEMPOTENCY_KEY_REUSED' } })
    keep(journal, 'account_accounts', 'output' in first ? first.output.id : '', 'once')
  })

  test('keys that come at once are one wish', async () => {
    const { world, journal } = scene
    const { id } = await insist(world, accountContract, 'openAccount', { customer_id: CUSTOMER_ID, name: 'new' })
    const kept = keep(journal, 'account_accounts', id)
    const key = crypto.randomUUID()
    const close = { service: 'account', method: 'closeAccount', input: { id } }
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => operateOnce(world, close, key)))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size, JSON.stringify(answers)).toBe(1)
    expect(answers[0]).toMatchObject({ output: { id, version: 2 } })
    Object.assign(kept, { version: 2, isDeleted: true })
  })
}
