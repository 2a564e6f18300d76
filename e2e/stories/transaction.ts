import { expect, test } from 'vitest'
import { CUSTOMER_ID, keep } from '../load.ts'
import { ask, insist } from '../operate.ts'
import { type Scene, underLoad } from '../scene.ts'
import { accountContract, forbidden } from '../services/account/contract.ts'

export function transactionStories(scene: Scene): void {
  test.each(forbidden.options)('a method that waits for the %s inside its transaction is refused and writes nothing', async (on) => {
    const { world, journal } = scene
    await underLoad(scene, async () => {
      const { id } = await insist(world, accountContract, 'openAccount', { customer_id: CUSTOMER_ID, name: 'new' })
      keep(journal, 'account_accounts', id)
      const answers = await Promise.all(Array.from({ length: 10 }, () => ask(world, accountContract, 'waitInside', { id, on })))
      for (const answer of answers) expect(answer).toMatchObject({ error: { status: 'INTERNAL', reason: 'CALL_INSIDE_TRANSACTION' } })
      expect(await insist(world, accountContract, 'getAccount', { id })).toMatchObject({ version: 1, name: 'new' })
    })
  })
}
