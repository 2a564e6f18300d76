import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type RunningPlatform, startEverything } from './running-platform.ts'
import { logInSuperAdmin, makeMember, makeTenant, type Tenant } from './tenants.ts'

vi.mock('@node-rs/argon2', async () => (await import('./argon2-work.ts')).cheapArgon2())

describe('an event socket', () => {
  let platform: RunningPlatform
  let acme: Tenant
  let other: Tenant
  beforeAll(async () => {
    platform = await startEverything()
    const superAdmin = await logInSuperAdmin(platform)
    acme = await makeTenant(platform, superAdmin)
    other = await makeTenant(platform, superAdmin)
  }, 60_000)
  afterAll(() => platform.close())

  async function open(token: string, topics: readonly string[]) {
    const socket = new WebSocket(
      `${platform.url.replace('http', 'ws')}/v1.0/ws?${token.startsWith('vb_') ? 'accesskey' : 'token'}=${token}`,
    )
    const heard: string[] = []
    socket.addEventListener('message', ({ data }) => void heard.push(String(data)))
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'subscribe', topics }))
    return { socket, heard }
  }

  test('of a tenant hears what is its own, and nothing of another’s', async () => {
    const { socket, heard } = await open(other.key, [`customer_id:${other.id}`])
    // A question behind a question: when this one is answered, the topics are known.
    await platform.send('GET', '/v1.0/tags', { bearer: other.key })
    await makeMember(platform, acme.delegate, 'theirs@example.com', 16)
    await makeMember(platform, other.delegate, 'ours@example.com', 16)
    await platform.settle()
    await expect.poll(() => heard.join()).toContain('ours@example.com')
    expect(heard.join()).not.toContain(acme.id)
    expect(heard.join()).not.toContain('theirs@example.com')
    socket.close()
  })

  test.each([
    ['of a customer', () => `customer_id:${acme.id}`],
    ['of a resource of a customer', () => `customer_id:${acme.id}:agent:${acme.agent.id}`],
    ['of an agent', () => `agent_id:${acme.agent.id}`],
    ['of everybody, by the beginning of an id', () => 'customer_id:'],
  ])('that asks for another tenant’s topic %s is closed', async (_what, topic) => {
    for (const token of [other.key, other.admin.token]) {
      const { socket, heard } = await open(token, [topic()])
      await once(socket, 'close')
      expect(heard).toEqual([])
    }
  })

  test('of an agent does not hear a colleague’s', async () => {
    const { socket } = await open(acme.agent.token, [`agent_id:${acme.admin.id}`])
    await once(socket, 'close')
  })
})
