import { on } from '@voipbin/service-kit'
import type { Database } from '@voipbin/sql'
import { createFakeClock, startSystem } from '@voipbin/test-kit'
import { expect, test } from 'vitest'
import { customer_id } from './ids.ts'
import { mailWith } from './mail/index.ts'
import { shopContract } from './shop/contract.ts'
import { shopWith } from './shop/index.ts'

test('housekeeping forgets replies after a day and applied events after a week, however many', async () => {
  const clock = createFakeClock()
  const listener = on(shopContract, 'order_created', async () => undefined, { name: 'nothing' })
  const system = await startSystem({ services: [mailWith({ events: [listener] }), shopWith()], clock })
  const databaseOf = (name: string) => system.platform.services.find((service) => service.name === name)?.database as Database
  const count = async (name: string, table: string) =>
    Number((await databaseOf(name).engine.reader.all(`select count(*) as total from ${table}`, []))[0]?.['total'])
  const counts = async () => [await count('shop', 'shop_operations'), await count('mail', 'mail_inbox')]
  const order = (n: number) => system.client(shopContract).createOrder({ customer_id, name: `${n}`, amount: n })

  await Promise.all(Array.from({ length: 1100 }, (_, n) => order(n)))
  await clock.advance(1000)
  expect(await counts()).toEqual([1100, 1100])
  const hour = 3_600_000
  await clock.jump(23 * hour)
  await order(0)
  await clock.advance(1000)
  expect(await counts()).toEqual([1101, 1101])
  await clock.jump(2 * hour)
  await clock.advance(61_000)
  expect(await counts()).toEqual([1, 1101])
  await clock.jump(6 * 24 * hour)
  await clock.advance(61_000)
  expect(await counts()).toEqual([0, 1])
  await system.close()
})
