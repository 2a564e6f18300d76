import { type Agent, agentContract, agent as agentEntity, GUEST_AGENT_ID } from '@voipbin/contracts/agent'
import { customerContract } from '@voipbin/contracts/customer'
import { directContract } from '@voipbin/contracts/direct'
import { permissions } from '@voipbin/contracts/permission'
import { compareColumns } from '@voipbin/sql'
import { aCustomer, publishEvent, recordEvents } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { newAgent } from '../src/agent.ts'
import { agents } from '../src/store/agents.ts'
import { type AgentSystem, admin, as, customer_id, someAgent, startAgents } from './agent-system.ts'

const vip = '22222222-2222-4222-8222-222222222222'
const sales = '33333333-3333-4333-8333-333333333333'

describe('agent', () => {
  let it: AgentSystem
  beforeEach(async () => {
    it = await startAgents()
  })
  afterEach(() => it.close())

  test('entity and table fit', async () => {
    expect(await compareColumns(it.database.engine, 'agent_agents', agentEntity)).toEqual([])
  })

  test('an agent is made, read, changed, listed and deleted, and each change is told once', async () => {
    const log = await recordEvents(it.system.bus, [agentContract])
    const made = await it.agent.createAgent(someAgent({ username: ' Ann@Example.COM ', name: 'Ann', tag_ids: [vip, '', vip] }))
    expect(made).toMatchObject({ username: 'ann@example.com', name: 'Ann', ring_method: 'ringall', status: 'offline', tag_ids: [vip] })
    expect(made.direct_hash).toMatch(/^direct\.[0-9a-f]{12}$/)
    expect(made).not.toHaveProperty('password_hash')
    expect(await it.agent.getAgent({ id: made.id })).toEqual(made)
    const renamed = await it.agent.updateAgent({ id: made.id, name: 'Anna', ring_method: 'linear' })
    expect(renamed).toMatchObject({ name: 'Anna', ring_method: 'linear', detail: '', version: 2 })
    const away = await it.agent.updateAgentStatus({ id: made.id, status: 'away' })
    expect(await it.agent.updateAgentStatus({ id: made.id, status: 'away' })).toEqual(away)
    const tagged = await it.agent.updateAgentTagIds({ id: made.id, tag_ids: [sales] })
    expect(tagged).toMatchObject({ status: 'away', tag_ids: [sales] })
    const moved = await it.agent.regenerateDirectHash({ id: made.id })
    expect(moved.direct_hash).not.toBe(made.direct_hash)
    expect((await it.agent.listAgents({ customer_id })).result).toEqual([moved])
    const gone = await it.agent.deleteAgent({ id: made.id })
    expect(gone.tm_delete).not.toBeNull()
    expect(await it.rows('agents')).not.toContain('$argon2')
    await expect(it.agent.getAgent({ id: made.id })).rejects.toMatchObject({ status: 'NOT_FOUND' })
    await it.clock.advance(1000)
    expect(log.events.map(({ type, sequence }) => `${type} ${sequence}`)).toEqual([
      ...['agent_created 1', 'agent_updated 2', 'agent_status_updated 3', 'agent_updated 4', 'agent_updated 5', 'agent_deleted 6'],
    ])
  })

  test('a direct hash that another resource has already is replaced by the one that the directory gives, unless it was renewed', async () => {
    const [one, two] = [await it.agent.createAgent(someAgent()), await it.agent.createAgent(someAgent())]
    const row = { customer_id, tm_create: one.tm_create, tm_update: null, tm_delete: null, version: 1, resource_version: 1 }
    const given = (resource_id: string, refused_hash: string, hash: string, resource_type: 'agent' | 'queue' = 'agent') =>
      publishEvent(it.system.bus, directContract, 'direct_created', {
        ...{ ...row, id: crypto.randomUUID(), resource_type, resource_id, hash, refused_hash },
      })
    await given(one.id, one.direct_hash, 'direct.000000000001')
    await given(two.id, one.direct_hash, 'direct.000000000002')
    await given(two.id, two.direct_hash, 'direct.000000000003', 'queue')
    expect(await it.agent.getAgent({ id: one.id })).toMatchObject({ direct_hash: 'direct.000000000001', version: 2 })
    expect(await it.agent.getAgent({ id: two.id })).toEqual(two)
  })

  test('a username is one living agent’s on the whole platform', async () => {
    const { id } = await it.agent.createAgent(someAgent({ username: 'bob' }))
    const elsewhere = someAgent({ username: 'BOB', customer_id: vip })
    await expect(it.agent.createAgent(elsewhere)).rejects.toMatchObject({ status: 'ALREADY_EXISTS', reason: 'USERNAME_TAKEN' })
    await it.agent.deleteAgent({ id })
    await expect(it.agent.createAgent(elsewhere)).resolves.toBeDefined()
    const atOnce = await Promise.allSettled([1, 2, 3].map(() => it.agent.createAgent(someAgent({ username: 'eve' }))))
    expect(atOnce.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  test('lists go by status and by any of some tags, page by page', async () => {
    const tags = [[vip], [sales], [vip, sales], [], [vip]]
    const made: Agent[] = []
    for (const tag_ids of tags) made.push(await it.agent.createAgent(someAgent({ tag_ids })))
    await it.agent.updateAgentStatus({ id: made[0]?.id ?? '', status: 'available' })
    const ids = async (filter: object) =>
      (await it.agent.listAgents({ customer_id, ...filter })).result.map(({ id }) => made.findIndex((one) => one.id === id))
    expect(await ids({ tag_ids: vip })).toEqual([4, 2, 0])
    expect(await ids({ tag_ids: `${vip}, ${sales.toUpperCase()}` })).toEqual([4, 2, 1, 0])
    expect(await ids({ tag_ids: vip, status: 'available' })).toEqual([0])
    expect(await ids({ status: 'offline' })).toEqual([4, 3, 2, 1])
    expect(await ids({ status: '', tag_ids: '' })).toHaveLength(5)
    const first = await it.agent.listAgents({ customer_id, tag_ids: vip, page_size: 2 })
    const rest = await it.agent.listAgents({ customer_id, tag_ids: vip, page_size: 2, page_token: first.next_page_token })
    expect(rest.result.map(({ id }) => id)).toEqual([made[0]?.id])
    await expect(it.agent.listAgents({ customer_id, tag_ids: '%' })).rejects.toMatchObject({ details: [{ field: 'tag_ids' }] })
  })

  test('an address is one agent’s within its customer, and finds it', async () => {
    const tel = { type: 'tel' as const, target: '+15550100', name: 'desk' }
    const one = await it.agent.createAgent(someAgent({ addresses: [tel] }))
    expect(await it.agent.getAgentByAddress({ customer_id, type: 'tel', target: '+15550100' })).toEqual(one)
    await expect(it.agent.getAgentByAddress({ customer_id: vip, type: 'tel', target: '+15550100' })).rejects.toMatchObject({
      status: 'NOT_FOUND',
    })
    const two = await it.agent.createAgent(someAgent())
    const refused = it.agent.updateAgentAddresses({ id: two.id, addresses: [{ type: 'sip', target: 'a@b' }, tel] })
    await expect(refused).rejects.toMatchObject({ status: 'ALREADY_EXISTS', reason: 'ADDRESS_TAKEN' })
    expect(await it.rows('addresses')).not.toContain('a@b')
    await expect(it.agent.createAgent(someAgent({ addresses: [tel], customer_id: vip }))).resolves.toBeDefined()
    const updated = await it.agent.updateAgentAddresses({ id: one.id, addresses: [tel, { ...tel, name: 'again' }] })
    expect(updated.addresses.map(({ name }) => name)).toEqual(['desk', 'again'])
    await it.agent.updateAgentAddresses({ id: one.id, addresses: [] })
    await it.agent.updateAgentAddresses({ id: two.id, addresses: [tel] })
    await it.agent.deleteAgent({ id: two.id })
    await expect(it.agent.updateAgentAddresses({ id: one.id, addresses: [tel] })).resolves.toBeDefined()
  })

  test('ringing is set by calls, not by people', async () => {
    const { id } = await it.agent.createAgent(someAgent())
    await expect(as(admin, () => it.agent.updateAgentStatus({ id, status: 'ringing' }))).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
    })
    expect(await it.agent.updateAgentStatus({ id, status: 'ringing' })).toMatchObject({ status: 'ringing' })
    expect(await as(admin, () => it.agent.updateAgentStatus({ id, status: 'available' }))).toMatchObject({ status: 'available' })
  })

  test('the guest agent stays what it is, but comes and goes', async () => {
    const origin = { service: 'agent', operationId: 'test', requestId: 'test', trace: '' }
    const guest = newAgent({ customer_id, username: 'guest@example.com', permission: permissions.customerAgent })
    await it.database.transaction(origin, (tx) => agents.insert(tx, 'agent_created', { ...guest, id: GUEST_AGENT_ID }))
    const id = GUEST_AGENT_ID
    const attempts = [
      () => it.agent.updateAgent({ id, name: 'x' }),
      () => it.agent.updateAgentAddresses({ id, addresses: [] }),
      () => it.agent.updateAgentTagIds({ id, tag_ids: [] }),
      () => it.agent.updateAgentPermission({ id, permission: 0 }),
      () => it.agent.updateAgentPassword({ id, password: 'long enough' }),
      () => it.agent.regenerateDirectHash({ id }),
      () => it.agent.deleteAgent({ id }),
    ]
    for (const attempt of attempts)
      await expect(attempt()).rejects.toMatchObject({ status: 'PERMISSION_DENIED', reason: 'GUEST_PROTECTED' })
    await it.agent.forgotPassword({ username: 'guest@example.com' })
    expect(await it.mails()).toEqual([])
    await expect(it.agent.updateAgentStatus({ id, status: 'available' })).resolves.toMatchObject({ version: 2 })
  })

  test('when a customer is deleted its agents go, with their addresses, links and names', async () => {
    const customer = aCustomer()
    const mine = someAgent({ customer_id: customer.id, permission: permissions.customerAdmin, addresses: [{ type: 'tel', target: '+1' }] })
    await it.agent.createAgent(mine)
    const other = await it.agent.createAgent(someAgent({ addresses: [{ type: 'tel', target: '+2' }] }))
    await it.agent.forgotPassword({ username: mine.username })
    await it.mails()
    await publishEvent(it.system.bus, customerContract, 'customer_deleted', customer)
    await it.clock.advance(2000)
    expect((await it.agent.listAgents({ customer_id: customer.id })).result).toEqual([])
    expect(await it.rows('addresses')).not.toContain('"+1"')
    expect(await it.rows('password_tokens')).toBe('[]')
    expect(await it.agent.getAgent({ id: other.id })).toEqual(other)
    await expect(it.agent.createAgent({ ...mine, customer_id })).resolves.toBeDefined()
  })
})
