import { type Bus, createLocalBus } from '@voipbin/bus'
import { ServiceError } from '@voipbin/contracts/errors'
import type { DeadLetter } from '@voipbin/service-kit'
import { createFakeClock, type FakeClock, type System, startSystem } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Faults, faultyBus } from './faulty-bus.ts'
import { customer_id } from './ids.ts'
import { mailContract } from './mail/contract.ts'
import { mailWith, postLetter } from './mail/index.ts'
import { shopContract } from './shop/contract.ts'
import { shopWith } from './shop/index.ts'

let shop: System
let mail: System | undefined
let clock: FakeClock
let bus: Bus
let faults: Faults
let isBroken: boolean

/** `change` asks for a letter with its text, and then fails where the test says so. */
const sender = shopWith({
  change: async (tx, input) => {
    const operationId = tx.request(mailContract, 'postLetter', { customer_id, text: input.text })
    if (isBroken) throw new Error('made to fail')
    return { text: operationId }
  },
})
const change = (text: string) => shop.client(shopContract).change({ text })
const startMail = async (service = mailWith()) => {
  mail = await startSystem({ services: [service], clock, bus })
}
const lettersOf = async (system: System | undefined) => {
  const page = { customer_id, page_size: 100, page_token: '' }
  return (await system?.client(mailContract).listLetters(page))?.result.map(({ text }) => text).toReversed()
}
const sent = () => faults.requests.filter(({ method }) => method === 'postLetter')
const deadLetters = async () => {
  const target = { service: 'shop', method: 'kernel.listDeadLetters', kind: 'query', timeout: 'default' } as const
  return ((await shop.platform.caller.call(target, {})) as { result: DeadLetter[] }).result
}

beforeEach(async () => {
  isBroken = false
  clock = createFakeClock()
  ;({ bus, faults } = faultyBus(createLocalBus({ now: clock.now, after: clock.after })))
  shop = await startSystem({ services: [sender], clock, bus })
})
afterEach(async () => {
  await shop.close()
  await mail?.close()
  mail = undefined
  await bus.close()
})

describe('a durable request', () => {
  test('is sent after the commit, at once', async () => {
    await startMail()
    const { text: operationId } = await change('hello')
    await clock.settle()
    expect(await lettersOf(mail)).toEqual(['hello'])
    expect(sent().map((request) => request.operation_id)).toEqual([operationId])
  })

  test('of a transaction that fails is never sent', async () => {
    await startMail()
    isBroken = true
    await expect(change('hello')).rejects.toThrow()
    await clock.advance(5000)
    expect(sent()).toEqual([])
  })

  test('is sent until its target is there, however long that takes', async () => {
    await change('hello')
    await clock.advance(200_000)
    expect(sent().length).toBeGreaterThan(8)
    expect(await deadLetters()).toEqual([])
    await startMail()
    await clock.advance(33_000)
    expect(await lettersOf(mail)).toEqual(['hello'])
    const tries = sent().length
    await clock.advance(100_000)
    expect(sent()).toHaveLength(tries)
  })

  test('is done once though its reply is lost and it is sent twice', async () => {
    await startMail()
    faults.lostReplies.push('postLetter')
    await change('hello')
    await clock.advance(5000)
    expect(sent()).toHaveLength(2)
    expect(new Set(sent().map(({ operation_id }) => operation_id)).size).toBe(1)
    expect(await lettersOf(mail)).toEqual(['hello'])
  })

  test.each(['INVALID_ARGUMENT', 'NOT_FOUND', 'FAILED_PRECONDITION', 'PERMISSION_DENIED'] as const)(
    'that is refused with %s is dead at once, and can be replayed',
    async (status) => {
      let isRefusing = true
      await startMail(
        mailWith({
          postLetter: (tx, fields) => {
            if (isRefusing) throw new ServiceError(status, 'NO_STAMP', 'Cannot post: no stamp')
            return postLetter(tx, fields)
          },
        }),
      )
      await change('hello')
      await clock.settle()
      const [dead] = await deadLetters()
      expect(dead).toMatchObject({
        what: 'request',
        attempts: 1,
        error: 'ServiceError: Cannot post: no stamp',
        payload: { method: 'postLetter' },
      })
      await clock.advance(100_000)
      expect(sent()).toHaveLength(1)
      isRefusing = false
      const target = { service: 'shop', method: 'kernel.replayDeadLetters', kind: 'mutation', timeout: 'default' } as const
      expect(await shop.platform.caller.call(target, { names: 'all' })).toEqual({ replayed: 1 })
      await clock.advance(1000)
      expect(await lettersOf(mail)).toEqual(['hello'])
    },
  )

  test('that breaks its target is tried for a minute', async () => {
    await startMail(
      mailWith({
        postLetter: () => {
          throw new Error('a defect')
        },
      }),
    )
    await change('hello')
    await clock.advance(62_000)
    expect(await deadLetters()).toEqual([])
    await clock.advance(2000)
    expect(await deadLetters()).toMatchObject([{ what: 'request', attempts: 7 }])
  })

  test('does not wait for others to a target that is away', async () => {
    await startMail()
    await Promise.all(Array.from({ length: 100 }, (_, n) => change(`${n}`)))
    await clock.advance(100)
    expect(await lettersOf(mail)).toHaveLength(100)
  })
})
