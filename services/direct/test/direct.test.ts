import { type Agent, agentContract } from '@voipbin/contracts/agent'
import { customerContract } from '@voipbin/contracts/customer'
import { directContract, direct as directEntity } from '@voipbin/contracts/direct'
import { compareColumns } from '@voipbin/sql'
import {
  aCustomer,
  anAgent,
  createFakeClock,
  type FakeClock,
  publishEvent,
  recordEvents,
  type System,
  startSystem,
} from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { directService } from '../src/index.ts'

const customer_id = '11111111-1111-4111-8111-111111111111'
const hash = 'direct.0123456789ab'
const other = 'direct.ba9876543210'

describe('direct', () => {
  let system: System
  let clock: FakeClock
  const direct = () => system.client(directContract)
  const say = (type: 'agent_created' | 'agent_updated' | 'agent_deleted', agent: Agent) =>
    publishEvent(system.bus, agentContract, type, agent)
  const list = async () => (await direct().listDirects({ customer_id })).result

  beforeEach(async () => {
    clock = createFakeClock()
    system = await startSystem({ services: [directService], clock })
  })
  afterEach(() => system.close())

  test('entity and table fit', async () => {
    const engine = system.platform.services[0]?.database?.engine
    expect(engine && (await compareColumns(engine, 'direct_directs', directEntity))).toEqual([])
  })

  test('a resource is found by its hash from when it is made to when it is deleted', async () => {
    const agent = anAgent({ customer_id, direct_hash: hash })
    await say('agent_created', agent)
    const found = await direct().getDirectByHash({ hash })
    expect(found).toMatchObject({ customer_id, resource_type: 'agent', resource_id: agent.id, hash })
    expect(await direct().getDirect({ id: found.id })).toEqual(found)
    expect(await list()).toEqual([found])
    await say('agent_deleted', { ...agent, version: 2, tm_delete: '2026-01-02T00:00:00.000000Z' })
    await expect(direct().getDirectByHash({ hash })).rejects.toMatchObject({ status: 'NOT_FOUND', reason: 'RESOURCE_NOT_FOUND' })
    expect(await list()).toEqual([])
  })

  test('a hash that was renewed reaches nothing, the new one the same resource under the same id', async () => {
    const agent = anAgent({ customer_id, direct_hash: hash })
    const log = await recordEvents(system.bus, [directContract])
    await say('agent_created', agent)
    const { id } = await direct().getDirectByHash({ hash })
    await say('agent_updated', { ...agent, version: 2, name: 'Renamed' })
    await say('agent_updated', { ...agent, version: 3, direct_hash: other })
    await expect(direct().getDirectByHash({ hash })).rejects.toMatchObject({ status: 'NOT_FOUND' })
    expect(await direct().getDirectByHash({ hash: other })).toMatchObject({ id, resource_id: agent.id, version: 2 })
    await clock.advance(300)
    expect(log.events.map(({ type, sequence }) => [type, sequence])).toEqual([
      ['direct_created', 1],
      ['direct_regenerated', 2],
    ])
  })

  test('what comes late changes nothing: an older version, or a life after its end', async () => {
    const agent = anAgent({ customer_id, direct_hash: other, version: 3 })
    await say('agent_created', agent)
    await say('agent_updated', { ...agent, version: 2, direct_hash: hash })
    expect(await list()).toMatchObject([{ hash: other }])
    await say('agent_deleted', { ...agent, version: 4, tm_delete: '2026-01-02T00:00:00.000000Z' })
    await say('agent_updated', { ...agent, version: 3 })
    expect(await list()).toEqual([])
  })

  test('of two resources with one hash the second gets another, and is told which it was refused', async () => {
    const [first, second] = [anAgent({ customer_id, direct_hash: hash }), anAgent({ customer_id, direct_hash: hash })]
    const log = await recordEvents(system.bus, [directContract])
    await say('agent_created', first)
    await say('agent_created', second)
    expect(await direct().getDirectByHash({ hash })).toMatchObject({ resource_id: first.id, refused_hash: '' })
    const given = (await list()).find(({ resource_id }) => resource_id === second.id)
    expect(given).toMatchObject({ refused_hash: hash, hash: expect.stringMatching(/^direct\.[0-9a-f]{12}$/) })
    expect(given?.hash).not.toBe(hash)
    await say('agent_updated', { ...second, version: 2, name: 'Renamed meanwhile' })
    await say('agent_updated', { ...second, version: 3, direct_hash: given?.hash ?? '' })
    await clock.advance(300)
    expect(await list()).toContainEqual(given)
    expect(log.events.map(({ type }) => type)).toEqual(['direct_created', 'direct_created'])
  })

  test('a resource whose hash is taken away is not found any more', async () => {
    const agent = anAgent({ customer_id, direct_hash: hash })
    await say('agent_created', agent)
    await say('agent_updated', { ...agent, version: 2, direct_hash: '' })
    expect(await list()).toEqual([])
  })

  test('when a customer is deleted its entries are deleted, and those of others stay', async () => {
    const customer = aCustomer()
    await say('agent_created', anAgent({ customer_id: customer.id, direct_hash: hash }))
    await say('agent_created', anAgent({ customer_id, direct_hash: other }))
    await publishEvent(system.bus, customerContract, 'customer_deleted', customer)
    await clock.advance(2000)
    await expect(direct().getDirectByHash({ hash })).rejects.toMatchObject({ status: 'NOT_FOUND' })
    expect(await direct().getDirectByHash({ hash: other })).toMatchObject({ customer_id })
  })
})
