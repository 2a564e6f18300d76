import { id, internal, ref, secret } from '@voipbin/contracts/fields'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type ColumnKind, columnKindOf, columnsOf } from './columns.ts'

describe('columnKindOf()', () => {
  test.each<[string, z.ZodType, ColumnKind]>([
    ['text', z.string().max(5), 'text'],
    ['an id', id(), 'text'],
    ['a reference', ref('agent'), 'text'],
    ['an e-mail address or nothing', z.union([z.email(), z.literal('')]), 'text'],
    ['words', z.enum(['a', 'b']), 'text'],
    ['a word', z.literal('a'), 'text'],
    ['a secret', secret(z.string().nullable()), 'text'],
    ['a whole number', internal(z.int()), 'number'],
    ['a number that may be left out', z.number().optional(), 'number'],
    ['numbers by name', z.enum({ One: 1, Two: 2 }), 'number'],
    ['a number', z.literal(3), 'number'],
    ['yes or no', z.boolean().default(false), 'boolean'],
    ['yes', z.literal(true), 'boolean'],
    ['a number or text', z.union([z.number(), z.string()]), 'json'],
    ['text or nothing', z.union([z.string(), z.null()]), 'json'],
    ['a list', z.array(z.string()).nullable(), 'json'],
    ['an object', z.object({}), 'json'],
    ['anything', z.unknown(), 'json'],
  ])('%s', (_, schema, kind) => {
    expect(columnKindOf(schema)).toBe(kind)
  })
})

test('columnsOf() keeps null and nothing as NULL, and reads a field that may be left out as nothing', () => {
  const columns = columnsOf({
    a: z.string().optional(),
    b: z.string().nullable(),
    c: z.string().nullable().optional(),
    d: z.array(z.int()),
  })
  for (const field of ['a', 'b', 'c', 'd']) expect([columns.encode(field, null), columns.encode(field, undefined)]).toEqual([null, null])
  expect(columns.encode('d', [1])).toBe('[1]')
  expect(columns.decode({ a: null, b: null, c: null, d: '[1]' })).toEqual({ a: undefined, b: null, c: null, d: [1] })
  expect(() => columns.encode('e', 1)).toThrow('No column for field "e"')
})
