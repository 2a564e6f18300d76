import { childOf } from '@voipbin/contracts/api'
import { type Contract, command, defineContract, query } from '@voipbin/contracts/contract'
import { entity } from '@voipbin/contracts/entity'
import { id, ref } from '@voipbin/contracts/fields'
import { byId, ofCustomer } from '@voipbin/contracts/page'
import { Admin } from '@voipbin/contracts/permission'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { compileOperations } from './compile-operations.ts'

const lamp = entity('lamp', { room_id: id() }, { get: 'getLamp' })
const api = (table: Contract['api'], more: Contract['methods'] = {}): Contract =>
  defineContract({
    service: 'lamp',
    events: {},
    methods: { getLamp: query(byId, lamp), ...more },
    api: table as Record<`GET /${string}`, never>,
  })

describe('compileOperations()', () => {
  test('one operation an entry, by its public name', () => {
    const operations = compileOperations([api({ 'GET /lamps/:id': { method: 'getLamp', permission: Admin, owned: { id: 'lamp' } } })])
    expect(operations.map(({ name, answersWithOwned }) => [name, answersWithOwned])).toEqual([['GET /v1.0/lamps/:id', true]])
  })

  test.each<[string, () => Contract, RegExp]>([
    [
      'a reference to what nobody provides',
      () =>
        api(
          { 'POST /lamps': { method: 'make', permission: Admin } },
          { make: command(ofCustomer(z.object({ at: z.object({ house_id: ref('house') }) })), lamp) },
        ),
      /Contract "lamp", "POST \/lamps": field "at.house_id" refers to "house", an entity that no contract provides/,
    ],
    [
      'an owner that nobody provides',
      () => api({ 'GET /lamps/:id': { method: 'getLamp', permission: Admin, owned: { id: 'house' } } }),
      /"house", which no contract provides/,
    ],
    [
      'scope agent of what no agent owns',
      () => api({ 'GET /lamps/:id': { method: 'getLamp', permission: Admin, scope: 'agent', owned: { id: 'lamp' } } }),
      /needs owner_id in "lamp"/,
    ],
    [
      'a child that does not name its parent',
      () =>
        api(
          {
            'GET /lamps/:id/bulbs/:bulb_id': {
              method: 'find',
              permission: Admin,
              owned: { id: 'lamp', bulb_id: childOf('id', { entity: 'lamp' }) },
            },
          },
          { find: query(z.object({ id: id(), bulb_id: id() }), lamp) },
        ),
      /"lamp" has no field "lamp_id" that names its parent/,
    ],
    [
      'strangers in a tenant’s scope',
      () =>
        api(
          { 'POST /lamps': { method: 'make', permission: Admin, identity: ['none'] } },
          { make: command(ofCustomer(z.object({})), lamp) },
        ),
      /identity "none" lets in somebody who is nobody/,
    ],
    [
      'a path parameter that the scope decides',
      () => api({ 'GET /lamps/:id': { method: 'getLamp', permission: Admin, scope: 'self' } }),
      /scope "self" decides "id"/,
    ],
  ])('refuses %s', (_name, contract, message) => {
    expect(() => compileOperations([contract()])).toThrow(message)
    expect(() => compileOperations([contract()])).toThrow(TypeError)
  })

  test('refuses one path, or one entity, of two contracts', () => {
    const table = { 'GET /lamps/:id': { method: 'getLamp', permission: Admin, owned: { id: 'lamp' } } } as const
    expect(() => compileOperations([api(table), { ...api({}), service: 'other' }])).toThrow(
      'Entity "lamp" is declared by "lamp" and by "other"',
    )
    const other = defineContract({
      service: 'other',
      events: {},
      methods: { find: query(ofCustomer(z.object({})), z.object({})) },
      api: { 'GET /x': { method: 'find', permission: Admin } },
    })
    expect(() => compileOperations([other, { ...other, service: 'third' }])).toThrow('"GET /x" is declared by "other" and by "third"')
  })

  test('refuses a getter that needs more than an id', () => {
    const greedy = defineContract({ service: 'lamp', events: {}, methods: { getLamp: query(ofCustomer(byId), lamp) }, api: {} })
    expect(() => compileOperations([greedy])).toThrow('needs an id only')
  })
})
