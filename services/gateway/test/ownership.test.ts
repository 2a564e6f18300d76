import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { anAgent, callers, ids, startWorld, type World } from './world.ts'

describe('ownership', () => {
  let world: World
  let mark = 0
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world.close())
  beforeEach(() => {
    mark = world.calls.length
  })
  const called = () => world.calls.slice(mark).map(({ method }) => method)
  const error = ({ body }: { body: Record<string, unknown> }) => body['error'] as Record<string, unknown> | undefined

  test('a GET answers with what was fetched: one hop', async () => {
    const { status, body } = await world.send('GET', `/v1.0/things/${ids.thing}`, { as: callers.admin })
    expect(status).toBe(200)
    expect(body).toMatchObject({ id: ids.thing, name: 'one' })
    expect(called()).toEqual(['getThing'])
  })

  test('a write fetches, then calls on', async () => {
    expect((await world.send('PUT', `/v1.0/things/${ids.thing}`, { as: callers.admin, json: { name: 'new' } })).status).toBe(200)
    expect(called()).toEqual(['getThing', 'updateThing'])
  })

  test.each([
    ['GET', ''],
    ['PUT', ''],
    ['DELETE', ''],
    ['POST', '/start'],
    ['GET', '/link'],
  ])('%s …%s of another tenant, of nobody and of the deleted are one 404', async (method, tail) => {
    const send = (id: string) =>
      world.send(method, `/v1.0/things/${id}${tail}`, { as: callers.admin, ...(method !== 'GET' && { json: { name: 'x' } }) })
    const [foreign, missing] = [await send(ids.foreignThing), await send(ids.missing)]
    for (const [answer, id] of [
      [foreign, ids.foreignThing],
      [missing, ids.missing],
    ] as const) {
      expect(answer.status).toBe(404)
      expect(error(answer)).toEqual({
        ...{ status: 'NOT_FOUND', reason: 'RESOURCE_NOT_FOUND', message: `Cannot find thing "${id}"` },
        request_id: answer.headers.get('x-request-id'),
      })
    }
    expect(called()).toEqual(['getThing', 'getThing'])
  })

  test('one that its owner still shows as deleted is gone as well', async () => {
    const getThing = world.answers['getThing']
    world.answers['getThing'] = (input, request) => ({
      ...(getThing?.(input, request) as object),
      tm_delete: '2026-01-02T00:00:00.000000Z',
    })
    expect((await world.send('GET', `/v1.0/things/${ids.thing}`, { as: callers.admin })).status).toBe(404)
    if (getThing) world.answers['getThing'] = getThing
  })

  test('a superadmin of the project reaches all', async () => {
    expect((await world.send('GET', `/v1.0/things/${ids.thing}`, { as: callers.superAdmin })).status).toBe(200)
    expect((await world.send('GET', `/v1.0/things/${ids.foreignThing}`, { as: callers.superAdmin })).status).toBe(200)
  })

  test('where the input names the tenant, a superadmin acts for the tenant of what the path names', async () => {
    expect((await world.send('GET', `/v1.0/things/${ids.thing}/notes`, { as: callers.superAdmin })).status).toBe(200)
    expect(world.lastInput('listNotes')).toMatchObject({ id: ids.thing, customer_id: ids.acme })
    expect((await world.send('GET', `/v1.0/things/${ids.thing}/notes`, { as: callers.admin })).status).toBe(200)
    expect(world.lastInput('listNotes')).toMatchObject({ id: ids.thing, customer_id: ids.acme })
  })

  describe('a child', () => {
    const rename = (id: string, part: string) =>
      world.send('PUT', `/v1.0/things/${id}/parts/${part}`, { as: callers.admin, json: { name: 'new' } })

    test('of the parent in the path is found, both fetched at once', async () => {
      expect((await rename(ids.thing, ids.part)).body).toMatchObject({ id: ids.part, name: 'new' })
      expect(called()).toEqual(['getThing', 'getPart', 'renamePart'])
      expect(world.lastInput('renamePart')).toEqual({ id: ids.thing, part_id: ids.part, name: 'new' })
    })

    test.each([
      ['of another parent', ids.thing, ids.strayPart, 'part'],
      ['that is not there', ids.thing, ids.missing, 'part'],
      ['under somebody else’s parent', ids.foreignThing, ids.part, 'thing'],
    ])('%s is 404', async (_name, id, part, resource) => {
      const answer = await rename(id, part)
      expect(answer.status).toBe(404)
      expect(error(answer)).toMatchObject({ message: expect.stringContaining(resource) })
      expect(called()).not.toContain('renamePart')
    })

    test('with a broken id is INVALID_ID, naming the parameter', async () => {
      expect(error(await rename(ids.thing, 'x'))).toMatchObject({ reason: 'INVALID_ID', details: [{ field: 'part_id' }] })
    })
  })

  describe('scope agent', () => {
    const path = `/v1.0/service_agents/things/${ids.thing}`
    test('the agent’s own is found, in one hop', async () => {
      expect((await world.send('GET', path, { as: callers.agent })).status).toBe(200)
      expect(called()).toEqual(['getThing'])
    })
    test('a colleague’s is 404', async () => {
      expect((await world.send('GET', path, { as: anAgent(32, { id: ids.missing }) })).status).toBe(404)
    })
  })

  test('internal fields do not leave, revealed secrets do', async () => {
    const { body } = await world.send('GET', `/v1.0/things/${ids.thing}`, { as: callers.admin })
    expect(Object.keys(body)).toEqual(['id', 'customer_id', 'owner_id', 'name', 'pin', 'tm_create', 'tm_update', 'tm_delete'])
    const created = await world.send('POST', '/v1.0/things', { as: callers.admin, json: { name: 'x' } })
    expect(created.body).toMatchObject({ pin: '1234' })
    expect(created.text).not.toMatch(/"cost"|"version"/)
  })
})
