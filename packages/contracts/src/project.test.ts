import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { internal, secret } from './fields.ts'
import { compileProjection } from './project.ts'

const key = z.object({ name: z.string(), token: secret(z.string()), version: internal(z.int()) })
const value = { name: 'a', token: 't', version: 1, later: true }

describe('compileProjection()', () => {
  test('a receiver leaves out what it does not know, and checks nothing', () => {
    expect(compileProjection(key)(value)).toEqual({ name: 'a', token: 't', version: 1 })
    expect(compileProjection(key)({ name: 7 })).toEqual({ name: 7 })
    expect(compileProjection(key)(null)).toBeNull()
  })

  test('an edge drops what is marked, but for what it keeps', () => {
    expect(compileProjection(key, ['secret'])(value)).toEqual({ name: 'a', version: 1 })
    expect(compileProjection(key, ['internal', 'secret'])(value)).toEqual({ name: 'a' })
    expect(compileProjection(key, ['secret'], ['token'])(value)).toEqual({ name: 'a', token: 't', version: 1 })
  })

  test('the value that was given stays as it is', () => {
    const given = structuredClone(value)
    compileProjection(key, ['internal', 'secret'])(given)
    expect(given).toEqual(value)
  })

  test.each([
    ['a list', z.array(key), [value], [{ name: 'a' }]],
    ['a record', z.record(z.string(), key), { one: value }, { one: { name: 'a' } }],
    ['a field', z.object({ key: key.nullable().optional() }), { key: value, x: 1 }, { key: { name: 'a' } }],
    ['a null field', z.object({ key: key.nullable() }), { key: null }, { key: null }],
    ['a union', z.union([z.object({ n: z.int() }), key]), value, { name: 'a' }],
    ['a nullable default', key.nullable().default(null), value, { name: 'a' }],
    ['a strict object', z.strictObject(key.shape), value, { name: 'a' }],
    ['a loose object', z.looseObject(key.shape), value, { name: 'a', later: true }],
    ['an object with a catch-all', key.catchall(z.boolean()), value, { name: 'a', later: true }],
  ])('drops marked fields inside %s', (_name, schema, given, expected) => {
    expect(compileProjection(schema as z.ZodType, ['internal', 'secret'])(given)).toEqual(expected)
  })

  test('a member of a union that a receiver does not know passes; where something must be dropped, nothing of it does', () => {
    const step = z.discriminatedUnion('type', [
      z.object({ type: z.literal('talk'), text: z.string() }),
      z.object({ type: z.literal('dial'), pin: secret(z.string()) }),
    ])
    const newer = { type: 'dance', pin: '1234' }
    expect(compileProjection(step)(newer)).toEqual(newer)
    expect(compileProjection(step, ['secret'])(newer)).toEqual({})
    expect(compileProjection(step, ['secret'])({ type: 'dial', pin: '1234' })).toEqual({ type: 'dial' })
  })
})
