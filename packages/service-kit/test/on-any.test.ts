import { createLocalBus } from '@voipbin/bus'
import type { EventEnvelope } from '@voipbin/contracts/event'
import { onAny } from '@voipbin/service-kit'
import { createFakeClock, startSystem } from '@voipbin/test-kit'
import { expect, test } from 'vitest'
import { customer_id } from './ids.ts'
import { mailContract } from './mail/contract.ts'
import { letters, mailWith } from './mail/index.ts'
import { type Order, shopContract } from './shop/contract.ts'

const types = ['order_created', 'order_changed']
const topics = types.map((type) => ({ publisher: 'shop', type }))

const event = (type: string, amount: number): EventEnvelope => ({
  ...{ id: crypto.randomUUID(), time: '', type, publisher: 'shop', customer_id, resource_id: 'a', order_key: 'a' },
  ...{ sequence: amount, request_id: '', trace: '', data: { amount } },
})
/** The second type in the contract comes first, so that whoever goes by type gets it wrong. */
const mixed = [1, 2, 3, 4, 5, 6].map((amount) => event(amount % 2 ? 'order_changed' : 'order_created', amount))

async function heard(
  isBroken: (amount: number) => boolean,
): Promise<{ written: () => Promise<string[]>; advance: (ms: number) => Promise<void>; close: () => Promise<void> }> {
  const clock = createFakeClock()
  const bus = createLocalBus({ now: clock.now, after: clock.after })
  const listener = onAny(topics, 'write', async (tx, { data }) => {
    const { amount } = data as Order
    if (isBroken(amount)) throw new Error('cannot write')
    await letters.insert(tx, 'letter_posted', { customer_id, text: String(amount) })
  })
  const system = await startSystem({ services: [mailWith({ events: [listener] })], contracts: [mailContract, shopContract], clock, bus })
  await bus.publish(mixed)
  return {
    written: async () => (await system.client(mailContract).listLetters({ customer_id })).result.map(({ text }) => text).toReversed(),
    advance: clock.advance,
    async close() {
      await system.close()
      await bus.close()
    },
  }
}

test('a listener to several types takes the events of a key in order, whatever their type', async () => {
  const { written, close } = await heard(() => false)
  expect(await written()).toEqual(['1', '2', '3', '4', '5', '6'])
  await close()
})

test('an event that waits holds back those of its key of every type', async () => {
  let isBroken = true
  const { written, advance, close } = await heard((amount) => isBroken && amount === 3)
  expect(await written()).toEqual(['1', '2'])
  isBroken = false
  await advance(5000)
  expect(await written()).toEqual(['1', '2', '3', '4', '5', '6'])
  await close()
})
