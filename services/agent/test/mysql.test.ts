import { agent as agentEntity } from '@voipbin/contracts/agent'
import { permissions } from '@voipbin/contracts/permission'
import { compareColumns } from '@voipbin/sql'
import { createMysqlDatabase, type MysqlDatabase, requireServer } from '@voipbin/test-kit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type AgentSystem, customer_id, someAgent, startAgents } from './agent-system.ts'

const server = requireServer('sql')

describe.skipIf(server === undefined)('agent on MySQL', () => {
  let database: MysqlDatabase
  let it: AgentSystem
  beforeAll(async () => {
    database = await createMysqlDatabase(server ?? '')
    it = await startAgents(database.url)
  })
  afterAll(async () => {
    await it?.close()
    await database?.drop()
  })
  const settle = async (works: readonly (() => Promise<unknown>)[]) =>
    (await Promise.allSettled(works.map((work) => work()))).map((one) => (one.status === 'fulfilled' ? 'done' : one.reason.reason)).sort()

  test('entity and table fit', async () => {
    expect(await compareColumns(it.database.engine, 'agent_agents', agentEntity)).toEqual([])
  })

  test('a name, and an address of a customer, is one agent’s of many who want it at once', async () => {
    const one = await it.agent.createAgent(someAgent({ permission: permissions.all }))
    const two = await it.agent.createAgent(someAgent())
    const tel = { type: 'tel' as const, target: '+15550100' }
    const claims = [one, two].map(
      ({ id }) =>
        () =>
          it.agent.updateAgentAddresses({ id, addresses: [tel] }),
    )
    expect(await settle(claims)).toEqual(['ADDRESS_TAKEN', 'done'])
    const makes = [1, 2, 3].map(() => () => it.agent.createAgent(someAgent({ username: 'bob' })))
    expect(await settle(makes)).toEqual(['USERNAME_TAKEN', 'USERNAME_TAKEN', 'done'])
    const [bob] = (await it.agent.listAgents({ customer_id })).result
    await it.agent.deleteAgent({ id: bob?.id ?? '' })
    expect(await it.agent.createAgent(someAgent({ username: 'bob' }))).toMatchObject({ username: 'bob' })
  })

  test('of two admins who go at once one stays', async () => {
    const elsewhere = '44444444-4444-4444-8444-444444444444'
    for (let round = 0; round < 5; round++) {
      const make = () => it.agent.createAgent(someAgent({ customer_id: elsewhere, permission: permissions.customerAdmin }))
      await Promise.all([make(), make()])
      const { result } = await it.agent.listAgents({ customer_id: elsewhere })
      const outcomes = await settle(
        result.map(
          ({ id }) =>
            () =>
              it.agent.deleteAgent({ id }),
        ),
      )
      expect(outcomes.filter((outcome) => outcome === 'LAST_ADMIN')).toHaveLength(1)
      expect((await it.agent.listAgents({ customer_id: elsewhere })).result).toHaveLength(1)
    }
  })

  test('lists go by tags and status', async () => {
    const vip = '22222222-2222-4222-8222-222222222222'
    const { id } = await it.agent.createAgent(someAgent({ tag_ids: [vip] }))
    expect((await it.agent.listAgents({ customer_id, tag_ids: vip, status: 'offline' })).result.map((agent) => agent.id)).toEqual([id])
  })
})
