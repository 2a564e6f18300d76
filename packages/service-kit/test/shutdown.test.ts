import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLocalBus } from '@voipbin/bus'
import { type AnyService, createSystemClock, job, on } from '@voipbin/service-kit'
import { createFakeClock, recordEvents, startSystem } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { customer_id } from './ids.ts'
import { mailContract } from './mail/contract.ts'
import { letters, mailWith } from './mail/index.ts'
import { shopContract } from './shop/contract.ts'
import { shopWith } from './shop/index.ts'

let dataDir: string
const start = (services: readonly AnyService[], clock = createSystemClock()) => startSystem({ services, clock, sqlUrl: 'sqlite:', dataDir })
const page = { customer_id, page_size: 1000, page_token: '' }

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'voipbin-'))
})
afterEach(() => rmSync(dataDir, { recursive: true }))

describe('a stop', () => {
  test('answers the requests in hand, also those that ask other services meanwhile', async () => {
    const gate = Promise.withResolvers<void>()
    const system = await start([
      mailWith(),
      shopWith(({ client }) => ({
        act: async (_, input) => {
          await gate.promise
          await client(mailContract).postLetter({ customer_id, text: input.text })
          return input
        },
      })),
    ])
    const call = system.client(shopContract).act({ text: 'a' })
    const closing = system.close()
    await new Promise((resolve) => setTimeout(resolve, 50))
    gate.resolve()
    expect(await call).toEqual({ text: 'a' })
    await closing
    const again = await start([mailWith()])
    expect((await again.client(mailContract).listLetters(page)).result).toHaveLength(1)
    await again.close()
  })

  test('takes no new request', async () => {
    const bus = createLocalBus()
    const system = await startSystem({ services: [shopWith()], bus })
    await system.close()
    await expect(system.client(shopContract).ask({ text: 'a' })).rejects.toMatchObject({ status: 'UNAVAILABLE' })
    await bus.close()
  })

  test('finishes the jobs in hand', async () => {
    const gate = Promise.withResolvers<void>()
    const slow = job('slow', z.object({}))
    let isDone = false
    const system = await start([
      shopWith({
        jobs: [
          slow.outside(async () => {
            await gate.promise
            return async () => {
              isDone = true
            }
          }),
        ],
        change: async (tx, input) => {
          tx.schedule(slow, 'k', tx.now, {})
          return input
        },
      }),
    ])
    await system.client(shopContract).change({ text: '' })
    await new Promise((resolve) => setTimeout(resolve, 50))
    const closing = system.close()
    gate.resolve()
    await closing
    expect(isDone).toBe(true)
  })

  test('publishes what is left, and what that causes', async () => {
    // The clock stands still: nothing but the stop itself makes the relays move.
    const clock = createFakeClock()
    const answer = on(shopContract, 'order_created', async (tx, { data }) => {
      await letters.insert(tx, 'letter_posted', { customer_id, text: data.name })
    })
    const system = await start([mailWith({ events: [answer] }), shopWith()], clock)
    const log = await recordEvents(system.bus, [mailContract])
    await Promise.all(
      Array.from({ length: 300 }, (_, n) => system.client(shopContract).createOrder({ customer_id, name: `${n}`, amount: 1 })),
    )
    await system.close()
    expect(log.events).toHaveLength(300)
  })

  test('does not wait for a subscriber that takes nothing; its events come after the next start', async () => {
    const gate = Promise.withResolvers<void>()
    let isStuck = true
    const seen: string[] = []
    const listener = on(shopContract, 'order_created', async (_, { data }) => {
      if (isStuck) await gate.promise
      seen.push(data.name)
    })
    const bus = createLocalBus()
    const shop = await startSystem({ services: [shopWith()], bus, sqlUrl: 'sqlite:', dataDir })
    const mail = await startSystem({ services: [mailWith({ events: [listener] })], bus })
    await shop.client(shopContract).createOrder({ customer_id, name: 'a', amount: 1 })
    const before = performance.now()
    await shop.close()
    expect(performance.now() - before).toBeLessThan(8000)
    isStuck = false
    gate.resolve()
    const again = await startSystem({ services: [shopWith()], bus, sqlUrl: 'sqlite:', dataDir })
    await again.client(shopContract).createOrder({ customer_id, name: 'b', amount: 1 })
    await expect.poll(() => [...new Set(seen)]).toEqual(['a', 'b'])
    await again.close()
    await mail.close()
    await bus.close()
  })

  test('after a start that failed leaves nothing open', async () => {
    const broken: AnyService = { ...mailWith(), start: () => Promise.reject(new TypeError('made to fail')) }
    await expect(start([shopWith(), broken])).rejects.toThrow('made to fail')
    // A file that is still open would refuse a second writer.
    const system = await start([shopWith(), mailWith()])
    await system.client(shopContract).createOrder({ customer_id, name: 'a', amount: 1 })
    await system.close()
  })
})
