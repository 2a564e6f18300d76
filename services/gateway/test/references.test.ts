import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { callers, ids, startWorld, type World } from './world.ts'

describe('references', () => {
  let world: World
  let mark = 0
  beforeAll(async () => {
    world = await startWorld()
  })
  afterAll(() => world.close())
  beforeEach(() => {
    mark = world.calls.length
  })
  const create = (fields: object) => world.send('POST', '/v1.0/things', { as: callers.admin, json: { name: 'x', ...fields } })
  const called = () => world.calls.slice(mark).map(({ method }) => method)

  test.each([
    ['none', {}],
    ['empty', { plan_id: '' }],
    ['nil', { plan_id: '00000000-0000-0000-0000-000000000000' }],
    ['an empty list', { plan_ids: [] }],
    ['a text where another member of a union has a reference', { action: { type: 'say', target: ids.missing } }],
  ])('%s asks nobody', async (_name, fields) => {
    expect((await create(fields)).status).toBe(201)
    expect(called()).toEqual(['createThing'])
  })

  test('each id is asked for once, and the method is called', async () => {
    const fields = { plan_id: ids.plan.toUpperCase(), plan_ids: [ids.plan, ids.plan], options: { plan_id: ids.plan } }
    expect((await create(fields)).status).toBe(201)
    expect(called()).toEqual(['getPlan', 'createThing'])
  })

  test.each([
    ['plan_id', { plan_id: ids.foreignPlan }],
    ['plan_id', { plan_id: ids.missing }],
    ['plan_ids.1', { plan_ids: [ids.plan, ids.foreignPlan] }],
    ['options.plan_id', { options: { plan_id: ids.missing } }],
    ['steps.1.plan_id', { steps: [{ type: 'a' }, { type: 'b', plan_id: ids.foreignPlan }] }],
    ['action.target', { action: { type: 'run', target: ids.foreignPlan } }],
  ])('%s of another tenant or of nobody is refused', async (field, fields) => {
    const { status, body } = await create(fields)
    expect(status).toBe(400)
    expect(body['error']).toMatchObject({
      ...{ reason: 'INVALID_ARGUMENT', message: `Field "${field}" must be the id of a plan` },
      details: [{ field, rule: 'must be the id of a plan' }],
    })
    expect(called()).not.toContain('createThing')
  })

  test('all broken ones are named', async () => {
    const { body } = await create({ plan_id: ids.missing, plan_ids: [ids.foreignPlan, ids.plan] })
    expect((body['error'] as { details: { field: string }[] }).details.map(({ field }) => field)).toEqual(['plan_id', 'plan_ids.0'])
  })

  test('a superadmin may refer to any tenant’s, but not to nobody’s', async () => {
    const send = (plan_id: string) => world.send('POST', '/v1.0/things', { as: callers.superAdmin, json: { name: 'x', plan_id } })
    expect((await send(ids.plan)).status).toBe(201)
    expect((await send(ids.missing)).status).toBe(400)
  })

  test('they are asked for at once', async () => {
    const getPlan = world.answers['getPlan']
    let underway = 0
    let most = 0
    world.answers['getPlan'] = async (input) => {
      most = Math.max(most, ++underway)
      await new Promise((resolve) => setTimeout(resolve, 20))
      underway--
      return {
        id: input['id'],
        customer_id: ids.acme,
        name: '',
        tm_create: '2026-01-01T00:00:00.000000Z',
        tm_update: null,
        tm_delete: null,
        version: 1,
      }
    }
    const plan_ids = Array.from({ length: 20 }, (_, index) => `88888888-8888-4888-8888-8888888888${10 + index}`)
    expect((await create({ plan_ids })).status).toBe(201)
    expect(most).toBe(20)
    if (getPlan) world.answers['getPlan'] = getPlan
  })

  test('more than a hundred are refused before anybody is asked', async () => {
    const plan_ids = Array.from({ length: 101 }, (_, index) => `88888888-8888-4888-8888-888888888${100 + index}`)
    expect((await create({ plan_ids })).status).toBe(400)
    expect(called()).toEqual([])
  })

  test('an owner that is away is 503, not a wrong field', async () => {
    const getPlan = world.answers['getPlan']
    world.answers['getPlan'] = () => {
      throw new TypeError('broken')
    }
    expect((await create({ plan_id: ids.plan })).status).toBe(500)
    if (getPlan) world.answers['getPlan'] = getPlan
  })
})
