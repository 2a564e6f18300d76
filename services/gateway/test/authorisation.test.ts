import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Caller } from '../src/identity/caller.ts'
import { anAgent, callers, ids, startWorld, type World } from './world.ts'

describe('who may do what', () => {
  let world: World
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world.close())
  const outcome = async (method: string, path: string, as: Caller) => {
    const { status, body } = await world.send(method, path, { as, ...(method !== 'GET' && { json: { name: 'x' } }) })
    return status < 300 ? status : `${status} ${(body['error'] as { reason: string }).reason}`
  }

  test.each<[string, string, keyof typeof callers, number | string]>([
    ['GET', '/v1.0/things', 'admin', 200],
    ['GET', '/v1.0/things', 'manager', 200],
    ['GET', '/v1.0/things', 'agent', '403 PERMISSION_DENIED'],
    ['GET', '/v1.0/things', 'superAdmin', 200],
    ['GET', '/v1.0/things', 'accesskey', 200],
    ['GET', '/v1.0/things', 'delegate', 200],
    ['GET', '/v1.0/things', 'visitor', '403 DIRECT_ACCESS_NOT_SUPPORTED'],
    ['PATCH', `/v1.0/things/${ids.thing}`, 'admin', 200],
    ['PATCH', `/v1.0/things/${ids.thing}`, 'manager', '403 PERMISSION_DENIED'],
    ['GET', '/v1.0/service_agents/things', 'agent', 200],
    ['GET', '/v1.0/service_agents/things', 'accesskey', '403 AGENT_AUTH_REQUIRED'],
    ['GET', '/v1.0/service_agents/things', 'delegate', '403 AGENT_AUTH_REQUIRED'],
    ['GET', '/v1.0/service_agents/things', 'visitor', '403 DIRECT_ACCESS_NOT_SUPPORTED'],
    ['GET', '/v1.0/me', 'agent', 200],
    ['GET', '/v1.0/me', 'accesskey', '403 AGENT_AUTH_REQUIRED'],
    ['GET', '/v1.0/visits', 'visitor', 200],
    ['GET', '/v1.0/visits', 'stray', '403 DIRECT_ACCESS_NOT_SUPPORTED'],
    ['GET', '/v1.0/visits', 'accesskey', 200],
    ['GET', '/v1.0/visits', 'agent', '403 PERMISSION_DENIED'],
    ['GET', '/v1.0/all_things', 'superAdmin', 200],
    ['GET', '/v1.0/all_things', 'admin', '403 PERMISSION_DENIED'],
    ['GET', '/v1.0/all_things', 'accesskey', '403 PERMISSION_DENIED'],
    ['GET', '/v1.0/all_things', 'delegate', '403 PERMISSION_DENIED'],
  ])('%s %s as %s: %s', async (method, path, who, expected) => {
    expect(await outcome(method, path, callers[who])).toBe(expected)
  })

  describe('scope', () => {
    test('customer: the tenant is the caller’s, whatever the client says', async () => {
      await world.send('POST', '/v1.0/things', { as: callers.admin, json: { name: 'x', customer_id: ids.other } })
      expect(world.lastInput('createThing')).toMatchObject({ customer_id: ids.acme })
      await world.send('GET', `/v1.0/things?customer_id=${ids.other}`, { as: callers.admin })
      expect(world.lastInput('listThings')).toMatchObject({ customer_id: ids.acme })
    })

    test('agent: tenant and owner are the caller', async () => {
      await world.send('GET', `/v1.0/service_agents/things?owner_id=${ids.other}&customer_id=${ids.other}`, { as: callers.agent })
      expect(world.lastInput('listOwn')).toMatchObject({ customer_id: ids.acme, owner_id: ids.agent })
    })

    test('self: the id is the caller’s', async () => {
      await world.send('GET', `/v1.0/me?id=${ids.other}`, { as: callers.agent })
      expect(world.lastInput('getSelf')).toEqual({ id: ids.agent })
    })

    test('project: nothing is put in, and the tenant is a filter', async () => {
      await world.send('GET', '/v1.0/all_things', { as: callers.superAdmin })
      expect(world.lastInput('listAll')).not.toHaveProperty('customer_id')
      await world.send('GET', `/v1.0/all_things?customer_id=${ids.other}`, { as: callers.superAdmin })
      expect(world.lastInput('listAll')).toMatchObject({ customer_id: ids.other })
    })
  })

  describe('a frozen account', () => {
    const frozenAt = '2026-01-31T08:00:00.000001Z'
    const frozen = (caller: Caller): Caller => ({ ...caller, customerStatus: 'frozen', frozenAt })

    test('is refused on /v1.0, saying since when, until when, and how to recover', async () => {
      const { status, body } = await world.send('GET', '/v1.0/things', { as: frozen(callers.admin) })
      expect(status).toBe(403)
      const deletion = { deletion_scheduled_at: frozenAt, deletion_effective_at: '2026-03-02T08:00:00.000001Z' }
      expect(body['error']).toMatchObject({ reason: 'ACCOUNT_FROZEN', details: [{ ...deletion, recovery_endpoint: '/auth/unregister' }] })
    })

    test('says what it knows, where a service of an older release does not tell since when', async () => {
      const { body } = await world.send('GET', '/v1.0/things', { as: { ...frozen(callers.admin), frozenAt: null } })
      expect((body['error'] as { details: object[] }).details).toEqual([{ recovery_endpoint: '/auth/unregister' }])
    })

    test('goes on for direct tokens, superadmins, and under /auth', async () => {
      expect(await outcome('GET', '/v1.0/visits', frozen(callers.visitor))).toBe(200)
      expect(await outcome('GET', '/v1.0/things', frozen(callers.superAdmin))).toBe(200)
      expect(await outcome('GET', '/auth/account', frozen(callers.agent))).toBe(200)
    })

    test('is told before a missing permission', async () => {
      expect(await outcome('GET', '/v1.0/all_things', frozen(anAgent(16)))).toBe('403 ACCOUNT_FROZEN')
    })
  })

  test('nothing of a refused request reaches a service', async () => {
    const before = world.calls.length
    await world.send('POST', '/v1.0/things', { as: callers.agent, json: { name: 'x' } })
    await world.send('GET', `/v1.0/things/${ids.thing}`, { as: callers.agent })
    expect(world.calls.length).toBe(before)
  })
})
