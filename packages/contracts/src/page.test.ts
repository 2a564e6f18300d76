import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { byId, ofCustomer, type Page, pageOf, pageOfCustomer, pageRequest } from './page.ts'

const customer_id = '00000000-0000-0000-0000-000000000002'
const guid = 'a856c986-4b06-4496-9641-4d0ecbc67df5'

describe('page_token', () => {
  test.each([
    [''],
    [`2026-01-31T08:00:00.000000Z~${guid}`],
    [`2026-01-31T08:00:00.000000Z~${guid.toUpperCase()}`],
    // The forms of the original API: plain times.
    ['2026-01-31T08:00:00.000000Z'],
    ['2026-01-31T08:00:00.123456789Z'],
    ['2026-01-31T08:00:00Z'],
    ['2026-01-31T08:00:00.000000'],
    ['2026-01-31 08:00:00.000000'],
  ])('takes "%s"', (page_token) => {
    expect(pageRequest.parse({ page_token }).page_token).toBe(page_token)
  })

  test.each([
    ['next'],
    ['~'],
    [`~${guid}`],
    ['2026-01-31'],
    ['2026-01-31T08:00:00.Z'],
    ['2026-01-31T08:00:00+09:00'],
    ['2026-01-31T08:00:00.000000Z~'],
    ['2026-01-31T08:00:00.000000Z~1'],
    [`2026-01-31T08:00:00.000000Z~${guid}~`],
    ["2026-01-31T08:00:00.000000Z' or 1=1"],
    ['2026-01-31T08:00:00.000000Z\n'],
    [0],
    [null],
  ])('refuses %j', (page_token) => {
    expect(pageRequest.safeParse({ page_token }).success).toBe(false)
  })
})

describe('pageRequest', () => {
  test('is the first 100 unless told otherwise', () => {
    expect(pageRequest.parse({})).toEqual({ page_size: 100, page_token: '' })
    expectTypeOf<z.input<typeof pageRequest>>().toEqualTypeOf<{ page_size?: number | undefined; page_token?: string | undefined }>()
  })

  test.each([[0], [-1], [1001], [1.5], ['10']])('refuses a page_size of %j', (page_size) => {
    expect(pageRequest.safeParse({ page_size }).success).toBe(false)
  })

  test.each([[1], [1000]])('takes a page_size of %d', (page_size) => {
    expect(pageRequest.parse({ page_size }).page_size).toBe(page_size)
  })
})

describe('inputs', () => {
  test('pageOfCustomer and byId need their ids', () => {
    expect(pageOfCustomer.parse({ customer_id })).toEqual({ customer_id, page_size: 100, page_token: '' })
    expect(pageOfCustomer.safeParse({}).success).toBe(false)
    expect(byId.safeParse({ id: '' }).success).toBe(false)
  })

  test('ofCustomer() adds the tenant and leaves the schema as it is', () => {
    const fields = z.object({ name: z.string() })
    expect(ofCustomer(fields).parse({ name: 'a', customer_id })).toEqual({ name: 'a', customer_id })
    expect(ofCustomer(fields).safeParse({ name: 'a' }).success).toBe(false)
    expect(Object.keys(fields.shape)).toEqual(['name'])
  })
})

describe('pageOf()', () => {
  test('is a list, empty or not, and the token', () => {
    const page = pageOf(byId)
    expect(page.parse({ result: [], next_page_token: '' })).toEqual({ result: [], next_page_token: '' })
    expect(page.safeParse({ result: null, next_page_token: '' }).success).toBe(false)
    expect(page.safeParse({ result: [] }).success).toBe(false)
    expectTypeOf<z.output<typeof page>>().toEqualTypeOf<Page<{ id: string }>>()
  })
})
