import { agentContract } from '@voipbin/contracts/agent'
import { customerContract } from '@voipbin/contracts/customer'
import { directContract } from '@voipbin/contracts/direct'
import { notFound } from '@voipbin/contracts/errors'
import { gatewayContract } from '@voipbin/contracts/gateway'
import { aCustomer, aDirect, anAgent, createFakeClock, type FakeClock, publishEvent } from '@voipbin/test-kit'
import { decodeJwt } from 'jose'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSigningKeys } from '../src/identity/signing-keys.ts'
import { createTokens, type Tokens } from '../src/identity/tokens.ts'
import { ids, startWorld, type World } from './world.ts'

const path = '/v1.0/things'
const setFirst = '2026-01-01T00:00:00.000000Z'
const hash = 'direct.0123456789ab'
const anAdmin = anAgent({ id: ids.agent, customer_id: ids.acme, permission: 32, tm_password: setFirst })

describe('tokens', () => {
  let world: World
  let clock: FakeClock
  let tokens: Tokens
  let held: ReturnType<typeof aDirect> | undefined
  let agent: typeof anAdmin | undefined
  let status: ReturnType<typeof aCustomer>['status']
  const asked = (method: string) => world.calls.filter((call) => call.method === method).length
  const agentToken = async () =>
    (await tokens.issue('agent', { agent: { id: ids.agent, customer_id: ids.acme }, password_time: setFirst })).token
  const delegateToken = async () =>
    (await tokens.issue('delegate', { sub: ids.agent, jti: 'j', customer_id: ids.other, password_time: setFirst })).token
  const directToken = async (...allowed_resource_types: string[]) => {
    const direct = { customer_id: ids.acme, resource_type: 'ai', resource_id: ids.plan, hash, allowed_resource_types }
    return (await tokens.issue('direct', { direct })).token
  }
  const get = async (token: string, url = path) => {
    const { status: code, body } = await world.send('GET', url, { headers: { authorization: `Bearer ${token}` } })
    return code === 200 ? 200 : [code, (body['error'] as { reason: string }).reason]
  }
  const invalid = [401, 'INVALID_CREDENTIALS']
  const lastActor = () => world.calls.findLast(({ service }) => service === 'thing')?.actor

  beforeEach(async () => {
    clock = createFakeClock()
    agent = anAdmin
    status = 'active'
    held = aDirect({ customer_id: ids.acme, resource_type: 'ai', resource_id: ids.plan, hash })
    world = await startWorld({
      clock,
      answers: {
        getAgent: ({ id }) => {
          if (!agent || id !== agent.id) throw notFound('agent', String(id))
          return agent
        },
        getCustomer: ({ id }) => aCustomer({ id: String(id), status }),
        getDirectByHash: ({ hash }) => {
          if (held?.hash !== hash) throw notFound('direct', String(hash))
          return held
        },
      },
    })
    tokens = createTokens({ keys: createSigningKeys({ client: world.system.client, clock }), clock })
  })
  afterEach(() => world.close())

  test('of an agent are taken from cookie, query and Authorization, in this order, and asked about once', async () => {
    const token = await agentToken()
    expect(await get(token)).toBe(200)
    expect(lastActor()).toEqual({ kind: 'agent', id: ids.agent, customer_id: ids.acme, permission: 32 })
    expect((await world.send('GET', `${path}?token=${token}`)).status).toBe(200)
    expect((await world.send('GET', path, { headers: { cookie: `token=${token}` } })).status).toBe(200)
    expect((await world.send('GET', `${path}?token=${token}`, { headers: { cookie: 'token=bad' } })).status).toBe(401)
    expect((await world.send('GET', `${path}?token=bad`, { headers: { authorization: `Bearer ${token}` } })).status).toBe(401)
    expect([asked('getAgent'), asked('getCustomer')]).toEqual([1, 1])
  })

  test('say nothing that decides: the permission is the agent’s own, and a change takes effect at once', async () => {
    const token = await agentToken()
    expect(await get(token)).toBe(200)
    agent = { ...anAdmin, permission: 16 }
    expect(await get(token)).toBe(200)
    await publishEvent(world.system.bus, agentContract, 'agent_updated', agent)
    expect(await get(token)).toEqual([403, 'PERMISSION_DENIED'])
  })

  test('a change that no event told of takes effect after ten seconds', async () => {
    const token = await agentToken()
    await get(token)
    agent = undefined
    await clock.advance(9000)
    expect(await get(token)).toBe(200)
    await clock.advance(1001)
    expect(await get(token)).toEqual(invalid)
  })

  test('of an agent who is deleted open nothing', async () => {
    const token = await agentToken()
    await get(token)
    agent = undefined
    await publishEvent(world.system.bus, agentContract, 'agent_deleted', anAdmin)
    expect(await get(token)).toEqual(invalid)
  })

  test('of before the password was changed open nothing, those of after do', async () => {
    const [before, delegated] = [await agentToken(), await delegateToken()]
    await get(before)
    agent = { ...anAdmin, permission: 1, tm_password: '2026-01-01T00:00:01.000000Z' }
    await publishEvent(world.system.bus, agentContract, 'agent_updated', agent)
    expect([await get(before), await get(delegated)]).toEqual([invalid, invalid])
    const about = { agent: { id: ids.agent, customer_id: ids.acme }, password_time: agent.tm_password ?? '' }
    expect(await get((await tokens.issue('agent', about)).token)).toBe(200)
  })

  test('expire', async () => {
    const token = await agentToken()
    expect(await get(token)).toBe(200)
    await clock.jump(7 * 86_400_000)
    expect(await get(token)).toEqual(invalid)
  })

  test('of a key that was dropped open nothing any more, from the next second on', async () => {
    const token = await agentToken()
    expect(await get(token)).toBe(200)
    await world.system.client(gatewayContract).rotateSigningKey({ drop_old: true })
    await clock.advance(500)
    expect(await get(token)).toEqual(invalid)
  })

  test.each(['initial', 'deleted', 'expired'] as const)('of a customer that is %s open nothing', async (now) => {
    status = now
    expect(await get(await agentToken())).toEqual(invalid)
  })

  test('of a customer that is frozen are refused, and work again when it is recovered', async () => {
    const token = await agentToken()
    expect(await get(token)).toBe(200)
    status = 'frozen'
    await publishEvent(world.system.bus, customerContract, 'customer_frozen', aCustomer({ id: ids.acme, status }))
    expect(await get(token)).toEqual([403, 'ACCOUNT_FROZEN'])
    status = 'active'
    await publishEvent(world.system.bus, customerContract, 'customer_recovered', aCustomer({ id: ids.acme, status }))
    expect(await get(token)).toBe(200)
  })

  test('of a visitor reach what their resource types open, and nothing else', async () => {
    expect(await get(await directToken('visit'), '/v1.0/visits')).toBe(200)
    expect(lastActor()).toEqual({ kind: 'direct', id: ids.plan, customer_id: ids.acme, permission: 0 })
    expect(await get(await directToken('visit'))).toEqual([403, 'DIRECT_ACCESS_NOT_SUPPORTED'])
    expect(await get(await directToken('webchat_session'), '/v1.0/visits')).toEqual([403, 'DIRECT_ACCESS_NOT_SUPPORTED'])
  })

  test.each(['direct_regenerated', 'direct_deleted'] as const)('of a visitor are over with their hash: %s', async (type) => {
    const token = await directToken('visit')
    expect(await get(token, '/v1.0/visits')).toBe(200)
    const before = held
    held = type === 'direct_deleted' ? undefined : aDirect({ ...held, hash: 'direct.ba9876543210' })
    if (before) await publishEvent(world.system.bus, directContract, type, before)
    expect(await get(token, '/v1.0/visits')).toEqual(invalid)
  })

  test('of a visitor open nothing where their hash is another resource’s by now', async () => {
    const token = await directToken('visit')
    held = aDirect({ customer_id: ids.acme, resource_id: ids.thing, hash })
    expect(await get(token, '/v1.0/visits')).toEqual(invalid)
  })

  test('of a delegate act as an admin of that customer, as long as who sent it is a superadmin', async () => {
    agent = { ...anAdmin, permission: 1 }
    const token = await delegateToken()
    expect(await get(token)).toBe(200)
    expect(lastActor()).toEqual({ kind: 'delegate', id: ids.agent, customer_id: ids.other, permission: 32 })
    expect(await get(token, '/v1.0/all_things')).toEqual([403, 'PERMISSION_DENIED'])
    agent = anAdmin
    await publishEvent(world.system.bus, agentContract, 'agent_updated', agent)
    expect(await get(token)).toEqual(invalid)
  })

  test('an agent service that is away is 503 and is not remembered', async () => {
    const token = await agentToken()
    const answer = world.answers['getAgent']
    world.answers['getAgent'] = () => {
      throw new TypeError('broken')
    }
    expect(await get(token)).toEqual([500, 'INTERNAL'])
    if (answer) world.answers['getAgent'] = answer
    expect(await get(token)).toBe(200)
  })

  test('carry no password and are in no log line', async () => {
    const token = await agentToken()
    await get(token)
    await world.send('GET', `${path}?token=${token}`)
    expect(JSON.stringify(world.system.logs)).not.toContain(token.slice(-20))
    expect(Object.keys(decodeJwt(token)).sort()).toEqual(['agent', 'exp', 'expire', 'iat', 'password_time', 'type'])
  })
})
