import { customerContract } from '@voipbin/contracts/customer'
import { permissions } from '@voipbin/contracts/permission'
import { aCustomer, publishEvent } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type AgentSystem, someAgent, startAgents } from './agent-system.ts'

const email = 'Ann@Example.com'

describe('the first admin of a customer', () => {
  let it: AgentSystem
  beforeEach(async () => {
    it = await startAgents()
  })
  afterEach(() => it.close())
  const agentsOf = async (customerId: string) => (await it.agent.listAgents({ customer_id: customerId })).result

  test('is made with a customer whom an operator made, and sets a password by mail', async () => {
    const customer = aCustomer({ email })
    const event = await publishEvent(it.system.bus, customerContract, 'customer_created', customer)
    await it.system.bus.publish([event])
    const [mail] = await it.mails()
    expect(mail).toMatchObject({ to: 'ann@example.com', subject: 'Set your password' })
    const [admin, ...others] = await agentsOf(customer.id)
    expect(others).toEqual([])
    expect(admin).toMatchObject({ username: 'ann@example.com', permission: permissions.customerAdmin, tm_password: null })
    const login = { username: email, password: 'my first one', source: '' }
    await expect(it.agent.authenticateAgent({ ...login, password: '' })).rejects.toMatchObject({ reason: 'INVALID_CREDENTIALS' })
    await it.agent.resetPassword({ token: mail?.token ?? '', password: login.password })
    expect((await it.agent.authenticateAgent(login)).id).toBe(admin?.id)
  })

  test('is made of a sign-up when its address is verified, not before', async () => {
    const customer = aCustomer({ email, status: 'initial' })
    await publishEvent(it.system.bus, customerContract, 'customer_created', customer)
    await publishEvent(it.system.bus, customerContract, 'customer_updated', { ...customer, status: 'active', version: 2 })
    expect(await agentsOf(customer.id)).toEqual([])
    const verified = { ...customer, status: 'active' as const, email_verified: true, version: 3 }
    await publishEvent(it.system.bus, customerContract, 'customer_updated', verified)
    await publishEvent(it.system.bus, customerContract, 'customer_updated', { ...verified, version: 4 })
    expect(await agentsOf(customer.id)).toHaveLength(1)
    expect(await it.mails()).toHaveLength(1)
  })

  test('is not made where there is no address, or an agent', async () => {
    const silent = aCustomer()
    await publishEvent(it.system.bus, customerContract, 'customer_created', silent)
    expect(await agentsOf(silent.id)).toEqual([])
    await it.agent.createAgent(someAgent({ customer_id: silent.id }))
    await publishEvent(it.system.bus, customerContract, 'customer_updated', { ...silent, email, email_verified: true, version: 2 })
    expect(await agentsOf(silent.id)).toHaveLength(1)
  })

  test('is not made where an agent of another customer has that name, and a mail says so', async () => {
    await it.agent.createAgent(someAgent({ username: email }))
    const customer = aCustomer({ email })
    await publishEvent(it.system.bus, customerContract, 'customer_created', customer)
    expect(await agentsOf(customer.id)).toEqual([])
    expect(await it.mails()).toMatchObject([{ to: 'ann@example.com', subject: 'Your address is a username already', token: '' }])
  })
})
