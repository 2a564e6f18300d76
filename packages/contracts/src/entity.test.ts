import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { entity, entityMeta } from './entity.ts'
import { markOf, secret } from './fields.ts'

const lamp = entity('lamp', { name: z.string().max(5), pin: secret(z.string()) }, { get: 'getLamp' })
const row = {
  id: 'a856c986-4b06-4496-9641-4d0ecbc67df5',
  customer_id: '00000000-0000-0000-0000-000000000002',
  name: 'hall',
  pin: '1234',
  tm_create: '2026-01-31T08:00:00.000000Z',
  tm_update: null,
  tm_delete: null,
  version: 1,
}

describe('entity()', () => {
  test('puts its fields between the common columns, in the order in which clients see them', () => {
    expect(Object.keys(lamp.shape)).toEqual(['id', 'customer_id', 'name', 'pin', 'tm_create', 'tm_update', 'tm_delete', 'version'])
    expect(Object.keys(lamp.parse(Object.fromEntries(Object.entries(row).toReversed())))).toEqual(Object.keys(lamp.shape))
  })

  test('has the type of a row', () => {
    expectTypeOf<z.output<typeof lamp>>().toEqualTypeOf<{
      id: string
      customer_id: string
      name: string
      pin: string
      tm_create: string
      tm_update: string | null
      tm_delete: string | null
      version: number
    }>()
    expect(lamp.parse(row)).toEqual(row)
  })

  test.each([
    [{ version: 0 }],
    [{ version: 1.5 }],
    [{ tm_create: null }],
    [{ tm_delete: '' }],
    [{ customer_id: '' }],
    [{ name: 'too long' }],
  ])('refuses a row with %j', (wrong) => {
    expect(lamp.safeParse({ ...row, ...wrong }).success).toBe(false)
  })

  test('keeps its version and its secrets from clients', () => {
    expect(markOf(lamp.shape.version)).toBe('internal')
    expect(markOf(lamp.shape.pin)).toBe('secret')
    expect(markOf(lamp.shape.tm_delete)).toBeUndefined()
  })

  test('declares no common column of its own', () => {
    // @ts-expect-error: the common columns are the same everywhere
    const odd = () => entity('odd', { id: z.string() }, { get: 'getOdd' })
    // @ts-expect-error: the common columns are the same everywhere
    const old = () => entity('old', { name: z.string(), tm_delete: z.string() }, { get: 'getOld' })
    expect([odd, old]).toHaveLength(2)
  })

  test('picks only fields that it has', () => {
    // @ts-expect-error: no field "nome"
    expect(() => lamp.pick({ nome: true }).shape).toThrow()
    expect(Object.keys(lamp.pick({ name: true }).shape)).toEqual(['name'])
  })
})

describe('entityMeta()', () => {
  test('knows the name and the getter of an entity, and of no other schema', () => {
    expect(entityMeta(lamp)).toEqual({ name: 'lamp', get: 'getLamp' })
    expect(entityMeta(z.object({}))).toBeUndefined()
  })

  test('a schema made from an entity by leaving out, adding or nesting is no entity', () => {
    const made = [lamp.pick({ name: true }), lamp.omit({ pin: true }), lamp.extend({ token: z.string() }), z.array(lamp), lamp.partial()]
    expect(made.map(entityMeta)).toEqual(made.map(() => undefined))
  })
})
