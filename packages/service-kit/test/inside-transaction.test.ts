import { type System, startSystem } from '@voipbin/test-kit'
import { afterEach, describe, expect, test } from 'vitest'
import { shopContract } from './shop/contract.ts'
import { orders, shopWith } from './shop/index.ts'

let system: System
afterEach(() => system.close())

const attempt = async (work: () => unknown) => {
  try {
    await work()
    return 'done'
  } catch (error) {
    return (error as { reason?: string }).reason === 'CALL_INSIDE_TRANSACTION' ? (error as Error).message : error
  }
}

describe('inside a transaction', () => {
  test('bus, cache and HTTP refuse, naming the call; outside and afterwards they do not', async () => {
    const seen: Record<string, unknown> = {}
    system = await startSystem({
      services: [
        shopWith(({ client, cache, fetch }) => {
          const attempts = async (where: string) => {
            seen[`${where} bus`] = await attempt(() => client(shopContract).ask({ text: 'a' }))
            seen[`${where} cache`] = await attempt(() => cache.get('a'))
            seen[`${where} fetch`] = await attempt(() => fetch('data:,hello'))
          }
          return {
            change: async (tx, input) => {
              await orders.find(tx, 'x')
              await attempts('inside')
              return input
            },
            act: async (ctx, input) => {
              await attempts('before')
              await ctx.transaction(async () => attempts('in command'))
              await attempts('after')
              return input
            },
          }
        }),
      ],
    })
    await system.client(shopContract).change({ text: '' })
    await system.client(shopContract).act({ text: '' })
    const refused = (what: string) => `Cannot call "${what}" inside a transaction: use tx.request, or a job outside it`
    for (const where of ['inside', 'in command']) {
      expect(seen[`${where} bus`]).toBe(refused('shop.ask'))
      expect(seen[`${where} cache`]).toBe(refused('cache.get'))
      expect(seen[`${where} fetch`]).toBe(refused('fetch'))
    }
    for (const where of ['before', 'after']) for (const what of ['bus', 'cache', 'fetch']) expect(seen[`${where} ${what}`]).toBe('done')
  })
})
