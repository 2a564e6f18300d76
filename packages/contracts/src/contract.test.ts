import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { type ApiEntry, type ApiKey, childOf } from './api.ts'
import {
  type Contract,
  command,
  defineContract,
  type EventPayload,
  type EventsOf,
  type EventType,
  entityGetters,
  event,
  eventDeclaration,
  type KindOf,
  type MethodArguments,
  type MethodInput,
  type MethodName,
  type MethodOutput,
  methodDeclaration,
  mutation,
  query,
} from './contract.ts'
import { customerContract } from './customer.ts'
import { entity } from './entity.ts'
import { byId, ofCustomer, pageOf, pageOfCustomer } from './page.ts'
import { Admin, NoneChecked } from './permission.ts'
import { tagContract } from './tag.ts'

const lamp = entity('lamp', { name: z.string(), level: z.int().default(100) }, { get: 'getLamp' })
const bulb = entity('bulb', { lamp_id: z.string() }, { get: 'getBulb' })
const lampContract = defineContract({
  service: 'lamp',
  events: {
    lamp_created: lamp,
    lamp_lit: event(lamp, { public: true, topics: ['customer_id:{customer_id}:lamp:{id}'], order_key: 'customer_id' }),
    bulb_burnt: bulb,
  },
  methods: {
    listLamps: query(pageOfCustomer, pageOf(lamp)),
    getLamp: query(byId, lamp),
    createLamp: mutation(ofCustomer(lamp.pick({ name: true, level: true })), lamp),
    blink: command(byId.extend({ times: z.int() }), z.object({ blinked: z.int() }), { timeout: 'long' }),
    getBulb: query(byId.extend({ bulb_id: z.string() }), bulb),
    ping: query(z.object({}), z.object({})),
  },
  api: {
    'GET /lamps': { method: 'listLamps', permission: Admin, page: { default: 100, max: 100 } },
    'POST /lamps': { method: 'createLamp', permission: Admin },
    'GET /lamps/:id': { method: 'getLamp', permission: Admin, owned: { id: 'lamp' } },
    'GET /lamps/:id/bulbs/:bulb_id': { method: 'getBulb', permission: Admin, owned: { id: 'lamp', bulb_id: childOf('id') } },
    'POST /lamps/:id/blink': { method: 'blink', permission: Admin, owned: { id: 'lamp' } },
  },
})
type Lamps = typeof lampContract

describe('types', () => {
  test('methods have what their schemas say', () => {
    expectTypeOf<MethodName<Lamps>>().toEqualTypeOf<'listLamps' | 'getLamp' | 'createLamp' | 'blink' | 'getBulb' | 'ping'>()
    expectTypeOf<KindOf<Lamps, 'listLamps'>>().toEqualTypeOf<'query'>()
    expectTypeOf<KindOf<Lamps, 'createLamp'>>().toEqualTypeOf<'mutation'>()
    expectTypeOf<KindOf<Lamps, 'blink'>>().toEqualTypeOf<'command'>()
    expectTypeOf<MethodOutput<Lamps, 'getLamp'>>().toEqualTypeOf<z.output<typeof lamp>>()
    expectTypeOf<MethodInput<Lamps, 'createLamp'>>().toEqualTypeOf<{ name: string; level: number; customer_id: string }>()
    // A caller may leave out what has a default.
    expectTypeOf<MethodArguments<Lamps, 'createLamp'>>().toEqualTypeOf<{ name: string; level?: number | undefined; customer_id: string }>()
  })

  test('events have what their schemas say, with options or without', () => {
    expectTypeOf<EventType<Lamps>>().toEqualTypeOf<'lamp_created' | 'lamp_lit' | 'bulb_burnt'>()
    expectTypeOf<EventPayload<Lamps, 'lamp_created'>>().toEqualTypeOf<z.output<typeof lamp>>()
    expectTypeOf<EventPayload<Lamps, 'lamp_lit'>>().toEqualTypeOf<z.output<typeof lamp>>()
    expectTypeOf<EventsOf<Lamps, z.output<typeof lamp>>>().toEqualTypeOf<'lamp_created' | 'lamp_lit'>()
    expectTypeOf<EventsOf<Lamps, z.output<typeof bulb>>>().toEqualTypeOf<'bulb_burnt'>()
    expectTypeOf<EventsOf<Lamps, { id: string }>>().toEqualTypeOf<never>()
  })

  test('every contract is a Contract', () => {
    expectTypeOf<Lamps>().toExtend<Contract>()
    expectTypeOf<typeof tagContract>().toExtend<Contract>()
    expectTypeOf<typeof customerContract>().toExtend<Contract>()
  })

  test('a wrong word does not compile', () => {
    // @ts-expect-error: no such method
    type WrongMethod = MethodOutput<Lamps, 'getLamps'>
    // @ts-expect-error: no such event
    type WrongEvent = EventPayload<Lamps, 'lamp_dimmed'>
    // @ts-expect-error: no such field
    const wrongField = (output: MethodOutput<Lamps, 'getLamp'>) => output.nome
    // @ts-expect-error: the field is a number
    const wrongType: MethodArguments<Lamps, 'blink'> = { id: '', times: 'twice' }
    // @ts-expect-error: a field is missing
    const missing: MethodInput<Lamps, 'createLamp'> = { name: '', customer_id: '' }
    // @ts-expect-error: the input of a method is an object
    const wrongInput = () => query(z.string(), lamp)
    // @ts-expect-error: no such time-out
    const wrongTimeout = () => query(byId, lamp, { timeout: 'short' })
    // @ts-expect-error: no such option
    const wrongOption = () => event(lamp, { private: true })
    expectTypeOf<[WrongMethod, WrongEvent]>().not.toBeNever()
    expect([wrongField, wrongType, missing, wrongInput, wrongTimeout, wrongOption]).toHaveLength(6)
  })
})

describe('defineContract()', () => {
  const { events, methods } = lampContract
  const define = (key: ApiKey, entry: ApiEntry<MethodName<Lamps>>) =>
    defineContract({ service: 'lamp', events, methods, api: { [key]: entry } })

  test('gives back what was declared', () => {
    expect(lampContract.service).toBe('lamp')
    expect(lampContract.api['GET /lamps']?.method).toBe('listLamps')
  })

  test('a method that is not declared neither compiles nor starts', () => {
    const wrong = () =>
      defineContract({
        service: 'lamp',
        events,
        methods,
        // @ts-expect-error: no such method
        api: { 'GET /lamps': { method: 'listLamp', permission: Admin } },
      })
    expect(wrong).toThrow('Contract "lamp", "GET /lamps": no method "listLamp"')
  })

  test('a name that every object has is no method', () => {
    const api = { 'GET /lamps': { method: 'constructor' as 'ping', permission: Admin } } as const
    expect(() => defineContract({ service: 'lamp', events, methods, api })).toThrow('no method "constructor"')
  })

  test('a key that is no verb and path does not compile', () => {
    // @ts-expect-error: no such verb
    expect(() => define('FETCH /lamps', { method: 'listLamps', permission: Admin })).not.toThrow()
    // @ts-expect-error: a path begins with a slash
    expect(() => define('GET lamps', { method: 'listLamps', permission: Admin })).not.toThrow()
  })

  const refused: readonly [string, ApiKey, ApiEntry<MethodName<Lamps>>][] = [
    [
      'input has no field "lamp_id" for the path parameter',
      'GET /lamps/:lamp_id',
      { method: 'getLamp', permission: Admin, owned: { lamp_id: 'lamp' } },
    ],
    ['owned "lamp_id" is no path parameter', 'GET /lamps/:id', { method: 'getLamp', permission: Admin, owned: { lamp_id: 'lamp' } }],
    [
      'a page needs page_size and page_token',
      'GET /lamps/:id',
      { method: 'getLamp', permission: Admin, owned: { id: 'lamp' }, page: { default: 1, max: 1 } },
    ],
    ['a GET may not answer from a mutation', 'GET /lamps', { method: 'createLamp', permission: Admin }],
    ['nothing would keep tenants apart', 'GET /ping', { method: 'ping', permission: Admin }],
    ['nothing would keep tenants apart', 'GET /lamps/:id', { method: 'getLamp', permission: Admin }],
    ['nothing would keep tenants apart', 'GET /lamps/:id', { method: 'getLamp', permission: Admin, owned: {} }],
    [
      'whose owner nobody checks',
      'GET /lamps/:id/bulbs/:bulb_id',
      { method: 'getBulb', permission: Admin, owned: { bulb_id: childOf('id') } },
    ],
    [
      'whose owner nobody checks',
      'GET /bulbs/:bulb_id/:id',
      { method: 'getBulb', permission: Admin, owned: { bulb_id: childOf('bulb_id') } },
    ],
    ['scope "agent" needs owner_id', 'GET /lamps', { method: 'listLamps', permission: Admin, scope: 'agent' }],
    ['scope "self" needs id', 'GET /lamps', { method: 'listLamps', permission: Admin, scope: 'self' }],
  ]
  test.each(refused)('refuses: %s, at %s', (rule, key, entry) => {
    expect(() => define(key, entry)).toThrow(TypeError)
    expect(() => define(key, entry)).toThrow(rule)
  })

  const taken: readonly [ApiKey, ApiEntry<MethodName<Lamps>>][] = [
    ['GET /ping', { method: 'ping', permission: NoneChecked, identity: ['none'] }],
    ['GET /ping', { method: 'ping', permission: Admin, scope: 'project' }],
    ['GET /me', { method: 'getLamp', permission: Admin, scope: 'self' }],
  ]
  test.each(taken)('takes %s %j', (key, entry) => {
    expect(() => define(key, entry)).not.toThrow()
  })
})

describe('declarations', () => {
  test('have their defaults', () => {
    expect(methodDeclaration(lampContract, 'getLamp')).toMatchObject({ kind: 'query', timeout: 'default', reveals: [] })
    expect(methodDeclaration(lampContract, 'blink')).toMatchObject({ kind: 'command', timeout: 'long' })
    expect(eventDeclaration(lampContract, 'lamp_created')).toEqual({ payload: lamp, public: false, topics: [], order_key: 'id' })
    expect(eventDeclaration(lampContract, 'lamp_lit')).toMatchObject({ payload: lamp, public: true, order_key: 'customer_id' })
  })

  test.each([['lamp_dimmed'], ['constructor'], ['__proto__'], ['']])('there is no event and no method "%s"', (name) => {
    expect(() => eventDeclaration(lampContract, name)).toThrow(`Contract "lamp" declares no event "${name}"`)
    expect(() => methodDeclaration(lampContract, name)).toThrow(`Contract "lamp" declares no method "${name}"`)
  })
})

describe('entityGetters()', () => {
  test('finds each entity that a method answers with', () => {
    expect(entityGetters(lampContract)).toEqual(
      new Map([
        ['lamp', 'getLamp'],
        ['bulb', 'getBulb'],
      ]),
    )
    expect(entityGetters(tagContract)).toEqual(new Map([['tag', 'getTag']]))
    expect(entityGetters(customerContract)).toEqual(
      new Map([
        ['customer', 'getCustomer'],
        ['accesskey', 'getAccesskey'],
      ]),
    )
  })

  test('leaves out an entity whose getter belongs to another contract', () => {
    const foreign = defineContract({ service: 'switch', events: {}, methods: { toggle: command(byId, lamp) }, api: {} })
    expect(entityGetters(foreign)).toEqual(new Map())
  })
})
