import { customerContract } from '@voipbin/contracts/customer'
import { provider as providerEntity, route as routeEntity } from '@voipbin/contracts/route'
import { compareColumns } from '@voipbin/sql'
import { aCustomer, createMysqlDatabase, publishEvent, requireServer } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { customer_id, everybody, type Routes, startRoutes } from './route-system.ts'

let it: Routes
beforeEach(async () => {
  it = await startRoutes()
})
afterEach(() => it.close())

describe('listDialroutes()', () => {
  test('the customer’s own routes come before everybody’s, those of a beginning before those to all', async () => {
    const [own, ownAll, all] = [await it.provider('own'), await it.provider('ownall'), await it.provider('all')]
    const [basic, other] = [await it.provider('basic'), await it.provider('other')]
    await it.route(all, 'all', 0, everybody)
    await it.route(basic, '+82', 0, everybody)
    await it.route(ownAll, 'all')
    await it.route(own, '+82')
    await it.route(other, '+81')
    await it.route(other, 'all', 0, crypto.randomUUID())
    expect(await it.ways('+821012345678')).toEqual(['own', 'ownall', 'basic', 'all'])
    expect(await it.ways('+4930123456')).toEqual(['ownall', 'all'])
    expect(await it.ways('+821012345678', { customer_id: crypto.randomUUID() })).toEqual(['basic', 'all'])
  })

  test('priority decides among equals, whatever was made first; a longer beginning goes before it', async () => {
    const [one, two, three] = [await it.provider('one'), await it.provider('two'), await it.provider('three')]
    await it.route(one, '+1', 30)
    const second = await it.route(two, '+1', 20)
    await it.route(three, '+1', 10)
    expect(await it.ways('+15551234567')).toEqual(['three', 'two', 'one'])
    await it.client.updateRoute({ id: second.id, priority: 5 })
    expect(await it.ways('+15551234567')).toEqual(['two', 'three', 'one'])
    await it.route(one, '+1555', 99)
    expect(await it.ways('+15551234567')).toEqual(['one', 'two', 'three'])
  })

  test('each provider comes once, at its best place; chosen ones in their order and no others', async () => {
    const [one, two] = [await it.provider('one'), await it.provider('two')]
    await it.route(one, '+1', 1)
    await it.route(two, '+1', 2)
    await it.route(two, 'all', 0, everybody)
    await it.route(one, 'all', 1, everybody)
    expect(await it.ways('+15551234567')).toEqual(['one', 'two'])
    expect(await it.ways('+4930123456', { provider_ids: [two.id, crypto.randomUUID(), one.id] })).toEqual(['two', 'one'])
    expect(await it.ways('+4930123456', { customer_id: everybody })).toEqual(['two', 'one'])
  })

  test('says where, with what before and behind the number, in which codecs and headers', async () => {
    const more = { tech_prefix: '99#', tech_postfix: '*1', tech_headers: { 'X-Trunk': 'a b' }, codecs: 'PCMA, opus,' }
    const provider = await it.provider('carrier', { ...more, hostname: '192.0.2.1:5080' })
    await it.route(provider, 'all')
    expect((await it.client.listDialroutes({ customer_id, number: '+15551234567' })).dialroutes).toEqual([
      {
        ...{ id: provider.id, destination: 'sip:99%23+15551234567*1@192.0.2.1:5080;transport=udp', proxy: '', flow: '', node_id: '' },
        ...{ codecs: ['PCMA', 'opus'], headers: [{ name: 'X-Trunk', value: 'a b' }] },
      },
    ])
  })

  test('there is no way where there is no route', async () => {
    await it.provider('one')
    expect(await it.ways('+15551234567')).toEqual([])
  })
})

describe('providers and routes', () => {
  test('are made, changed in parts, listed and removed, and each step is told', async () => {
    const made = await it.provider('one')
    expect(made).toMatchObject({ health_status: 'unknown', health_checked_at: null, tech_headers: {}, tech_prefix: '' })
    expect(await it.client.updateProvider({ id: made.id, tech_prefix: '00' })).toMatchObject({ name: 'one', tech_prefix: '00' })
    const route = await it.route(made, '+1', 7)
    await it.route(made, 'all', 0, everybody)
    expect((await it.client.listRoutes({ customer_id })).result.map(({ id }) => id)).toEqual([route.id])
    expect((await it.client.listRoutes({})).result).toHaveLength(2)
    expect(await it.client.updateRoute({ id: route.id, name: 'US' })).toMatchObject({ name: 'US', priority: 7, target: '+1' })
    await it.client.deleteRoute({ id: route.id })
    await it.client.deleteProvider({ id: made.id })
    await it.settle()
    expect((await it.client.listProviders({})).result).toEqual([])
    expect(it.told().toSorted()).toEqual([
      ...['provider_created', 'provider_deleted', 'provider_updated'],
      ...['route_created', 'route_created', 'route_deleted', 'route_deleted', 'route_updated'],
    ])
    expect((await it.client.listRoutes({})).result).toEqual([])
  })

  test.each([
    ['a header that SIP sets itself', { tech_headers: { From: 'x' } }],
    ['its short form', { tech_headers: { v: 'x' } }],
    ['a header of two lines', { tech_headers: { 'X-A': 'b\r\nVia: c' } }],
    ['no host', { hostname: 'a b' }],
    ['parameters in the host', { hostname: 'example.com;lr' }],
    ['a user in the host', { hostname: 'user@example.com' }],
    ['spaces before the number', { tech_prefix: '9 ' }],
  ])('a provider with %s is refused', async (_what, more) => {
    await expect(it.provider('one', more)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  })

  test.each(['', '82', '+', '+8a', 'ALL', '+0'])('no route goes to "%s"', async (target) => {
    await expect(it.route(await it.provider('one'), target)).rejects.toMatchObject({ reason: 'INVALID_ARGUMENT' })
  })

  test('a route needs its provider', async () => {
    const provider = await it.provider('one')
    const route = await it.route(provider, 'all')
    const gone = { provider_id: crypto.randomUUID() }
    await expect(it.client.updateRoute({ id: route.id, ...gone })).rejects.toMatchObject({ reason: 'PROVIDER_NOT_FOUND' })
    await it.client.deleteProvider({ id: provider.id })
    await expect(it.route(provider, 'all')).rejects.toMatchObject({ reason: 'PROVIDER_NOT_FOUND' })
  })

  test('with a customer go its routes', async () => {
    const provider = await it.provider('one')
    await it.route(provider, 'all')
    await it.route(provider, 'all', 0, everybody)
    await publishEvent(it.system.bus, customerContract, 'customer_deleted', aCustomer({ id: customer_id }))
    await it.settle()
    expect((await it.client.listRoutes({})).result.map((route) => route.customer_id)).toEqual([everybody])
  })

  test('fit their tables', async () => {
    expect(await compareColumns(it.database.engine, 'route_providers', providerEntity)).toEqual([])
    expect(await compareColumns(it.database.engine, 'route_routes', routeEntity)).toEqual([])
  })
})

const server = requireServer('sql')
test.skipIf(server === undefined)('the same on MySQL', async () => {
  const database = await createMysqlDatabase(server ?? '')
  const mysql = await startRoutes({ sqlUrl: database.url })
  try {
    expect(await compareColumns(mysql.database.engine, 'route_providers', providerEntity)).toEqual([])
    expect(await compareColumns(mysql.database.engine, 'route_routes', routeEntity)).toEqual([])
    const [one, two] = [await mysql.provider('one'), await mysql.provider('two', { tech_headers: { 'X-A': 'ä' } })]
    await mysql.route(one, '+1', 2)
    await mysql.route(two, '+1', 1)
    expect(await mysql.ways('+15551234567')).toEqual(['two', 'one'])
    await mysql.client.deleteProvider({ id: two.id })
    await mysql.settle()
    expect(await mysql.ways('+15551234567')).toEqual(['one'])
    expect((await mysql.client.listRoutes({})).result).toHaveLength(1)
  } finally {
    await mysql.close()
    await database.drop()
  }
})
