import { permissions } from '@voipbin/contracts/permission'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type AgentSystem, accesskey, admin, as, customer_id, itself, manager, someAgent, startAgents, superAdmin } from './agent-system.ts'

const { customerAgent, customerManager, customerAdmin, projectSuperAdmin, all } = permissions
const denied = { status: 'PERMISSION_DENIED', reason: 'PERMISSION_DENIED' }

describe('permission', () => {
  let it: AgentSystem
  beforeEach(async () => {
    it = await startAgents()
    await it.agent.createAgent(someAgent({ permission: all }))
    await it.agent.createAgent(someAgent({ permission: customerAdmin }))
  })
  afterEach(() => it.close())

  const whoMay = {
    manager: [customerAgent, customerManager],
    admin: [customerAgent, customerManager, customerAdmin, permissions.customerAll],
  }
  const everything = [customerAgent, customerManager, customerAdmin, permissions.customerAll, projectSuperAdmin, 2, 15, all]

  test.each([
    ['a manager', manager, whoMay.manager],
    ['an admin', admin, whoMay.admin],
    ['an access key', accesskey, whoMay.admin],
    ['a superadmin', superAdmin, everything],
  ])('%s grants, takes away, takes over and deletes no more than its own rank', async (_name, actor, may) => {
    for (const permission of everything) {
      const isAllowed = may.includes(permission)
      const judge = async (work: () => Promise<unknown>) =>
        isAllowed ? expect(as(actor, work)).resolves.toBeDefined() : expect(as(actor, work)).rejects.toMatchObject(denied)
      await judge(() => it.agent.createAgent(someAgent({ permission })))
      const { id } = await it.agent.createAgent(someAgent({ permission }))
      await judge(() => it.agent.updateAgentPassword({ id, password: 'another long one' }))
      await judge(() => it.agent.updateAgentPermission({ id, permission: customerAgent }))
      if (isAllowed) await it.agent.updateAgentPermission({ id, permission })
      await judge(() => it.agent.deleteAgent({ id }))
      const { id: low } = await it.agent.createAgent(someAgent())
      await judge(() => it.agent.updateAgentPermission({ id: low, permission }))
    }
  })

  test('everybody sets their own password, and nobody their own permission beyond their rank', async () => {
    const one = await it.agent.createAgent(someAgent({ permission: all }))
    const odd = await it.agent.createAgent(someAgent({ permission: 2 }))
    const low = await it.agent.createAgent(someAgent({ permission: customerManager }))
    await expect(as(itself(odd), () => it.agent.updateAgentPassword({ id: odd.id, password: 'my own new one' }))).resolves.toBeDefined()
    await expect(as(itself(low), () => it.agent.updateAgentPassword({ id: low.id, password: 'my own new one' }))).resolves.toBeDefined()
    await expect(as(itself(one), () => it.agent.updateAgentPassword({ id: one.id, password: 'my own new one' }))).resolves.toBeDefined()
    await expect(as(itself(low), () => it.agent.updateAgentPermission({ id: low.id, permission: customerAdmin }))).rejects.toMatchObject(
      denied,
    )
    const impostor = { ...itself(low), kind: 'accesskey' as const, id: one.id }
    await expect(as(impostor, () => it.agent.updateAgentPassword({ id: one.id, password: 'not my own' }))).rejects.toMatchObject(denied)
  })

  test('a permission out of bounds is no permission', async () => {
    for (const permission of [-1, 65_536, 1.5]) {
      await expect(it.agent.createAgent(someAgent({ permission }))).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' })
    }
  })

  test('a customer keeps an admin, and the project a superadmin', async () => {
    const elsewhere = '44444444-4444-4444-8444-444444444444'
    const lastAdmin = { status: 'FAILED_PRECONDITION', reason: 'LAST_ADMIN' }
    const one = await it.agent.createAgent(someAgent({ customer_id: elsewhere, permission: customerAdmin }))
    await expect(it.agent.deleteAgent({ id: one.id })).rejects.toMatchObject(lastAdmin)
    await expect(it.agent.updateAgentPermission({ id: one.id, permission: customerManager })).rejects.toMatchObject(lastAdmin)
    await it.agent.createAgent(someAgent({ customer_id: elsewhere, permission: customerManager }))
    await expect(it.agent.deleteAgent({ id: one.id })).rejects.toMatchObject(lastAdmin)
    const two = await it.agent.createAgent(someAgent({ customer_id: elsewhere, permission: customerAdmin }))
    const both = await Promise.allSettled([one, two].map(({ id }) => it.agent.deleteAgent({ id })))
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])

    const { result } = await it.agent.listAgents({ customer_id })
    const root = result.find(({ permission }) => permission === all)
    await expect(it.agent.updateAgentPermission({ id: root?.id ?? '', permission: customerAdmin })).rejects.toMatchObject(lastAdmin)
    await expect(it.agent.deleteAgent({ id: root?.id ?? '' })).rejects.toMatchObject(lastAdmin)
    await it.agent.createAgent(someAgent({ permission: projectSuperAdmin }))
    await expect(it.agent.deleteAgent({ id: root?.id ?? '' })).resolves.toBeDefined()
  })
})
