import { type Bus, createLocalBus } from '@voipbin/bus'
import { ServiceError } from '@voipbin/contracts/errors'
import { runInContext, systemContext } from '@voipbin/service-kit'
import { createFakeClock, type FakeClock, type System, startSystem } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Faults, faultyBus } from './faulty-bus.ts'
import { shopContract } from './shop/contract.ts'
import { shopWith } from './shop/index.ts'

let system: System
let clock: FakeClock
let bus: Bus
let faults: Faults
/** Seconds at which requests of the method went out. */
let sentAt: number[]

const shop = () => system.client(shopContract)
const start = async (service = shopWith()) => {
  system = await startSystem({ services: [service], clock, bus })
}
const fail = (kind: 'closed' | 'unroutable' | 'timeout', times: number) =>
  faults.requestFailures.push(...Array<typeof kind>(times).fill(kind))
const settled = async (work: Promise<unknown>, afterMs = 20_000) => {
  const outcome = work.catch((error: unknown) => error)
  await clock.advance(afterMs)
  return outcome
}

beforeEach(() => {
  clock = createFakeClock()
  sentAt = []
  const faulty = faultyBus(createLocalBus({ now: clock.now, after: clock.after }))
  faults = faulty.faults
  bus = {
    ...faulty.bus,
    request: (request) => {
      sentAt.push(clock.monotonic() / 1000)
      return faulty.bus.request(request)
    },
  }
})
afterEach(async () => {
  await system.close()
  await bus.close()
})

describe('a request while the bus is away', () => {
  test('is sent again after 0, 1, 2, 4 and 8 seconds where it is a query or a mutation', async () => {
    await start()
    for (const send of [() => shop().ask({ text: 'a' }), () => shop().change({ text: 'a' })]) {
      sentAt = []
      const start = clock.monotonic() / 1000
      fail('closed', 4)
      expect(await settled(send())).toEqual({ text: 'a' })
      expect(sentAt.map((at) => at - start)).toEqual([0, 0, 1, 3, 7])
    }
  })

  test('is given up after the last try, as UNAVAILABLE', async () => {
    await start()
    fail('closed', 100)
    expect(await settled(shop().ask({ text: 'a' }))).toMatchObject({ status: 'UNAVAILABLE', reason: 'SERVICE_UNAVAILABLE' })
    // The fifth opens the breaker; the one that it lets through is the last.
    expect(sentAt).toEqual([0, 0, 1, 3, 7, 15])
    faults.requestFailures.length = 0
  })

  test('is given up early where the deadline is near', async () => {
    await start()
    fail('closed', 100)
    const context = systemContext({ requestId: 'r', operationId: 'o', deadline: clock.now() + 3500 })
    expect(await settled(runInContext(context, () => shop().ask({ text: 'a' })))).toMatchObject({ status: 'UNAVAILABLE' })
    expect(sentAt).toEqual([0, 0, 1, 3])
  })

  test('is sent once where it is a command', async () => {
    await start()
    fail('closed', 1)
    expect(await settled(shop().act({ text: 'a' }))).toMatchObject({ status: 'UNAVAILABLE' })
    expect(sentAt).toEqual([0])
  })

  test('keeps its operation id, and says that it is repeated', async () => {
    await start()
    fail('closed', 2)
    await settled(shop().change({ text: 'a' }))
    const sent = faults.requests.map(({ operation_id, repeated }) => ({ operation_id, repeated }))
    expect(new Set(sent.map(({ operation_id }) => operation_id)).size).toBe(1)
    expect(sent.map(({ repeated }) => repeated)).toEqual([false, true, true])
  })
})

describe('a request is not sent again', () => {
  test.each(['unroutable', 'timeout'] as const)('after the failure "%s"', async (kind) => {
    await start()
    fail(kind, 1)
    expect(await settled(shop().ask({ text: 'a' }))).toMatchObject({ status: 'UNAVAILABLE' })
    expect(sentAt).toEqual([0])
  })

  test.each(['INVALID_ARGUMENT', 'NOT_FOUND', 'ALREADY_EXISTS', 'FAILED_PRECONDITION', 'RESOURCE_EXHAUSTED', 'INTERNAL'] as const)(
    'when it is refused with %s',
    async (status) => {
      await start(
        shopWith({
          ask: async () => {
            throw new ServiceError(status, 'REASON', 'made to fail')
          },
        }),
      )
      expect(await settled(shop().ask({ text: 'a' }))).toMatchObject({ status, reason: 'REASON' })
      expect(sentAt).toEqual([0])
    },
  )

  test('when a service behind the one that was asked is away: that has been tried', async () => {
    await start(
      shopWith(({ client }) => ({
        change: async (_, input) => input,
        ask: async (_, input) => client({ ...shopContract, service: 'nobody' }).ask(input),
      })),
    )
    expect(await settled(shop().ask({ text: 'a' }))).toMatchObject({ status: 'UNAVAILABLE', reason: 'SERVICE_UNAVAILABLE' })
    expect(faults.requests.map(({ service }) => service)).toEqual(['shop', 'nobody'])
  })
})

test('a request that is answered UNAVAILABLE is sent again', async () => {
  let refusals = 2
  await start(
    shopWith({
      ask: async (_, input) => {
        if (refusals-- > 0) throw new ServiceError('UNAVAILABLE', 'VENDOR_AWAY', 'made to fail')
        return input
      },
    }),
  )
  expect(await settled(shop().ask({ text: 'a' }))).toEqual({ text: 'a' })
  expect(sentAt).toEqual([0, 0, 1])
})

describe('the breaker', () => {
  test('refuses without trying after five transport failures in a row, and recovers', async () => {
    await start()
    fail('timeout', 5)
    for (let n = 0; n < 5; n++) await settled(shop().act({ text: 'a' }), 0)
    sentAt = []
    expect(await settled(shop().act({ text: 'a' }), 0)).toMatchObject({ status: 'UNAVAILABLE', reason: 'SERVICE_UNAVAILABLE' })
    expect(sentAt).toEqual([])
    expect(await breakerMetric()).toContain('voipbin_breaker_open{service="operator",target="shop"} 1')
    await clock.advance(1000)
    expect(await settled(shop().act({ text: 'a' }), 0)).toEqual({ text: 'a' })
    expect(await breakerMetric()).toContain('voipbin_breaker_open{service="operator",target="shop"} 0')
  })

  test.each([
    ['unroutable', []],
    ['timeout', []],
    ['closed', [1]],
  ] as const)('opened by the failure "%s", makes nobody wait longer than that failure would', async (kind, sent) => {
    await start()
    fail(kind, 5)
    for (let n = 0; n < 5; n++) await settled(shop().act({ text: 'a' }), 0)
    sentAt = []
    await settled(shop().ask({ text: 'a' }))
    expect(sentAt).toEqual(sent)
  })

  test('never opens for errors that were answered', async () => {
    await start(
      shopWith({
        act: async () => {
          throw new ServiceError('UNAVAILABLE', 'VENDOR_AWAY', 'made to fail')
        },
      }),
    )
    for (let n = 0; n < 10; n++) await settled(shop().act({ text: 'a' }), 0)
    expect(sentAt).toHaveLength(10)
  })
})

const breakerMetric = async () => (await fetch(`${system.platform.adminUrl}/metrics`)).text()
