import { customerContract } from '@voipbin/contracts/customer'
import { purgeOnCustomerDeleted } from '@voipbin/service-kit'
import { aCustomer, createFakeClock, type FakeClock, publishEvent, recordEvents, type System, startSystem } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { customer_id } from './ids.ts'
import { mailContract } from './mail/contract.ts'
import { letters, mailWith } from './mail/index.ts'

let system: System
let clock: FakeClock
const list = async (customer: string) => (await system.client(mailContract).listLetters({ customer_id: customer, page_size: 1000 })).result

beforeEach(async () => {
  clock = createFakeClock()
  system = await startSystem({ services: [mailWith({ events: [purgeOnCustomerDeleted(letters, 'letter_deleted')] })], clock })
})
afterEach(() => system.close())

describe('purgeOnCustomerDeleted()', () => {
  test('deletes more rows than one commit takes, tells of each, spares others, and looks again after a minute', async () => {
    const customer = aCustomer()
    const database = system.platform.services[0]?.database
    const origin = { service: 'mail', operationId: 'fill', requestId: 'fill', trace: '' }
    await database?.transaction(origin, async (tx) => {
      for (let n = 0; n < 1201; n++) await letters.insert(tx, 'letter_posted', { customer_id: customer.id, text: `${n}` })
      await letters.insert(tx, 'letter_posted', { customer_id, text: 'of another' })
    })
    await clock.advance(1000)
    const log = await recordEvents(system.bus, [mailContract])
    await publishEvent(system.bus, customerContract, 'customer_deleted', customer)
    await clock.advance(1000)
    expect(await list(customer.id)).toEqual([])
    expect(log.events.filter(({ type }) => type === 'letter_deleted')).toHaveLength(1201)
    expect(new Set(log.events.map(({ time }) => time)).size).toBe(3)
    await system.client(mailContract).postLetter({ customer_id: customer.id, text: 'late' })
    await clock.advance(50_000)
    expect(await list(customer.id)).toHaveLength(1)
    await clock.advance(15_000)
    expect(await list(customer.id)).toEqual([])
    expect(await list(customer_id)).toHaveLength(1)
    expect(await database?.engine.reader.all('select * from mail_jobs', [])).toEqual([])
  })
})
