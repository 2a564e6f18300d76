import { accesskey, customer as customerEntity } from '@voipbin/contracts/customer'
import { compareColumns } from '@voipbin/sql'
import { createMysqlDatabase, type MysqlDatabase, requireServer } from '@voipbin/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type CustomerSystem, startCustomers } from './customer-system.ts'

const server = requireServer('sql')

describe.skipIf(server === undefined)('customer on MySQL', () => {
  let database: MysqlDatabase
  let it: CustomerSystem
  beforeAll(async () => {
    database = await createMysqlDatabase(server ?? '')
    it = await startCustomers(database.url)
  })
  afterAll(async () => {
    await it?.close()
    await database?.drop()
  })
  const settled = (all: readonly PromiseSettledResult<unknown>[]) => all.map(({ status }) => status).sort()

  test('entities and tables fit', async () => {
    const engine = it.system.platform.services[0]?.database?.engine
    if (!engine) throw new TypeError('no database')
    expect(await compareColumns(engine, 'customer_customers', customerEntity)).toEqual([])
    expect(await compareColumns(engine, 'customer_accesskeys', accesskey)).toEqual([])
  })

  test('an address has one living customer, and is free when that is gone', async () => {
    const acme = { name: 'Acme', email: 'acme@example.com' }
    const both = await Promise.allSettled([it.customer.createCustomer(acme), it.customer.createCustomer(acme)])
    expect(settled(both)).toEqual(['fulfilled', 'rejected'])
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'EMAIL_TAKEN' } })
    const [made] = both.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    await it.customer.deleteCustomer({ id: made?.id ?? '' })
    await expect(it.customer.createCustomer(acme)).resolves.toMatchObject({ metadata: { rtp_debug: false } })
  })

  test('a link is used by one of two at once', async () => {
    const { customer } = await it.customer.signUp({ email: 'ann@example.com', accepted_tos: true })
    const token = (await it.mails()).at(-1)?.token ?? ''
    expect(settled(await Promise.allSettled([it.customer.verifyEmail({ token }), it.customer.verifyEmail({ token })]))).toEqual([
      'fulfilled',
      'rejected',
    ])
    expect((await it.customer.getCustomer({ id: customer.id })).status).toBe('active')
  })
})
