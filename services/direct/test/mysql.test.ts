import { agentContract } from '@voipbin/contracts/agent'
import { directContract, direct as directEntity } from '@voipbin/contracts/direct'
import { compareColumns } from '@voipbin/sql'
import { anAgent, createMysqlDatabase, type MysqlDatabase, publishEvent, requireServer, type System, startSystem } from '@voipbin/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { directService } from '../src/index.ts'

const server = requireServer('sql')

describe.skipIf(server === undefined)('direct on MySQL', () => {
  let database: MysqlDatabase
  let system: System
  beforeAll(async () => {
    database = await createMysqlDatabase(server ?? '')
    system = await startSystem({ services: [directService], sqlUrl: database.url })
  })
  afterAll(async () => {
    await system?.close()
    await database?.drop()
  })
  const deleted = { version: 2, tm_delete: '2026-01-02T00:00:00.000000Z' }

  test('entity and table fit', async () => {
    const engine = system.platform.services[0]?.database?.engine
    expect(engine && (await compareColumns(engine, 'direct_directs', directEntity))).toEqual([])
  })

  test('of many resources with one hash at once one has it, and whoever comes after it was deleted', async () => {
    const direct = system.client(directContract)
    const [hash, customer_id] = ['direct.0123456789ab', crypto.randomUUID()]
    const agents = [1, 2, 3, 4].map(() => anAgent({ customer_id, direct_hash: hash }))
    await Promise.all(agents.map((agent) => publishEvent(system.bus, agentContract, 'agent_created', agent)))
    const list = async () => (await direct.listDirects({ customer_id })).result
    await expect.poll(async () => (await list()).length, { timeout: 15_000 }).toBe(4)
    expect(new Set((await list()).map((each) => each.hash)).size).toBe(4)
    const { resource_id } = await direct.getDirectByHash({ hash })
    const holder = agents.find(({ id }) => id === resource_id)
    if (holder) await publishEvent(system.bus, agentContract, 'agent_deleted', { ...holder, ...deleted })
    const next = anAgent({ customer_id, direct_hash: hash })
    await publishEvent(system.bus, agentContract, 'agent_created', next)
    expect(await direct.getDirectByHash({ hash })).toMatchObject({ resource_id: next.id, refused_hash: '' })
  })
})
