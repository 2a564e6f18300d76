import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { id, internal, markOf, NIL_ID, ref, refOf, secret, timestamp, unwrap } from './fields.ts'

describe('id()', () => {
  test.each([
    ['0196f3c1-7c1e-7a55-9d5c-0123456789ab'],
    // Fixed ids of the platform, which are no RFC 9562 UUIDs.
    ['00000000-0000-0000-0000-000000000001'],
    [NIL_ID],
  ])('takes %s', (value) => {
    expect(id().parse(value)).toBe(value)
  })

  test('makes letters small', () => {
    expect(id().parse('A856C986-4B06-4496-9641-4D0ECBC67DF5')).toBe('a856c986-4b06-4496-9641-4d0ecbc67df5')
  })

  test.each([[''], ['a856c986'], ['a856c9864b06449696414d0ecbc67df5'], [' a856c986-4b06-4496-9641-4d0ecbc67df5'], [7], [null]])(
    'refuses %j',
    (value) => {
      expect(id().safeParse(value).success).toBe(false)
    },
  )
})

describe('timestamp()', () => {
  test('takes UTC with six decimals', () => {
    expect(timestamp().parse('2026-01-31T08:00:00.000001Z')).toBe('2026-01-31T08:00:00.000001Z')
  })

  test.each([
    ['2026-01-31T08:00:00Z'],
    ['2026-01-31T08:00:00.000Z'],
    ['2026-01-31T08:00:00.000000'],
    ['2026-01-31 08:00:00.000000Z'],
    ['2026-01-31T08:00:00.000000+00:00'],
    ['2026-01-31T08:00:00.000000Z\n'],
  ])('refuses %j', (value) => {
    expect(timestamp().safeParse(value).success).toBe(false)
  })
})

describe('marks', () => {
  test('a field without one has none', () => {
    expect(markOf(z.string())).toBeUndefined()
    expect(refOf(id())).toBeUndefined()
  })

  test('marking leaves the schema that was given as it is', () => {
    const plain = z.string()
    expect(markOf(secret(plain))).toBe('secret')
    expect(markOf(plain)).toBeUndefined()
  })

  test.each([
    ['optional', secret(z.string()).optional()],
    ['nullable', secret(z.string()).nullable()],
    ['nullable and optional', secret(z.string()).nullable().optional()],
    ['default', secret(z.string()).default('')],
    ['prefault', secret(z.string()).prefault('')],
    ['catch', secret(z.string()).catch('')],
    ['readonly', secret(z.string()).readonly()],
    ['a further check', secret(z.string()).max(5)],
    ['describe', secret(z.string()).describe('a word')],
    ['refine', secret(z.string()).refine((value) => value !== 'x')],
    ['transform', secret(z.string()).transform((value) => value.length)],
    ['pipe', secret(z.string()).pipe(z.string().max(5))],
    ['preprocess', z.preprocess((value) => value, secret(z.string()))],
  ])('survive %s', (_name, schema) => {
    expect(markOf(schema)).toBe('secret')
  })

  test('may be put around any of these', () => {
    expect(markOf(internal(z.string().nullable().default(null)))).toBe('internal')
  })

  test('a field carries one: the second, another one, is refused', () => {
    expect(() => internal(secret(z.string()).optional())).toThrow(TypeError)
    expect(() => secret(internal(z.string()))).toThrow(TypeError)
    expect(markOf(internal(internal(z.string())))).toBe('internal')
  })

  test('a marked reference is both', () => {
    for (const field of [internal(ref('flow')), internal(ref('flow').default('')), internal(ref('flow').optional())]) {
      expect(markOf(field)).toBe('internal')
      expect(refOf(field)).toBe('flow')
    }
  })
})

describe('ref()', () => {
  test('names its entity, and takes an id, the nil id and the empty string', () => {
    const flowId = ref('flow')
    expect(refOf(flowId)).toBe('flow')
    expect(flowId.parse('')).toBe('')
    expect(flowId.parse(NIL_ID)).toBe(NIL_ID)
    expect(flowId.parse('A856C986-4B06-4496-9641-4D0ECBC67DF5')).toBe('a856c986-4b06-4496-9641-4d0ecbc67df5')
    expect(flowId.safeParse('flow').success).toBe(false)
  })

  test('two references do not share their entity', () => {
    const [flow, queue] = [ref('flow'), ref('queue')]
    expect([refOf(flow), refOf(queue)]).toEqual(['flow', 'queue'])
  })
})

describe('unwrap()', () => {
  test('gives the schema inside every wrapper', () => {
    const inner = z.int()
    expect(unwrap(inner.nullable().optional().default(1).readonly())).toBe(inner)
    expect(unwrap(inner)).toBe(inner)
  })
})
