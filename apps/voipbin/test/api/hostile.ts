import type { JsonSchema } from './document.ts'
import { type Generator, pick, type Random } from './generate.ts'

/** What is sent as a body; undefined: none. */
export type Sending = { readonly kind: string; readonly body: string | Uint8Array<ArrayBuffer> | undefined; readonly type: string }

const JSON_TYPE = 'application/json'
const json = (kind: string, value: unknown): Sending => ({ kind, body: JSON.stringify(value), type: JSON_TYPE })
const text = (kind: string, body: string, type = JSON_TYPE): Sending => ({ kind, body, type })

const nested = (depth: number): unknown => {
  let value: unknown = 'deep'
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** Values that some field somewhere does not bear. */
const oddValues = [
  ...[null, true, -1, 0.5, 1e308, 2 ** 53, '', ' ', [], {}, [null], [[]], ['', 1]],
  ...['a\0b', '\ud800', '\u202edrow', '\u200b', 'é'.normalize('NFD'), '𝕏'.repeat(100), '👩‍👩‍👧‍👦', 'x'.repeat(5000)],
  ...["'; drop table tag_tags; --", '<script>', '$' + '{jndi:ldap://x}', '%00', '../../etc/passwd', 'a\r\nBcc: x@example.com', '__proto__'],
  ...[nested(10), nested(100), { length: 1e9 }, { toString: 1 }, { $gt: '' }],
] as const

const oddKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'customer_id',
  'id',
  'version',
  'tm_delete',
  '',
  'é',
  '\0',
  'a.b',
  '$ref',
] as const

const texts: readonly string[] = [
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"__proto__":null,"name":"x"}',
  '{"name":"one","name":{"__proto__":{"polluted":true}}}',
  `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
  '['.repeat(100_000),
  `{"name":"${'x'.repeat(500_000)}"}`,
  `{"name":"${'x'.repeat(1_100_000)}"}`,
  '{"name":1e999}',
  '{"name":-0}',
  '\ufeff{"name":"x"}',
  '{"name":"\\ud800"}',
  '{"name":"x"',
  '[]',
  'null',
  '"x"',
  '',
  ' ',
  'name=x',
  `{${Array.from({ length: 2000 }, (_, n) => `"key${n}":${n}`).join()}}`,
]
const notText: readonly number[][] = [[0xff, 0xfe, 0x7b], [0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d], [0]]
const types = [
  'text/xml',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'APPLICATION/JSON;charset=utf-16',
  'application/merge-patch+json',
] as const

/** One body out of a seed: what the schema allows, that with one field wrong, anything, or what is meant to hurt. */
export function createBody(schema: JsonSchema | undefined, generator: Generator, random: Random): Sending {
  const valid = (schema ? generator.varied(schema, random) : {}) as Record<string, unknown>
  const share = random()
  if (share < 0.3) return json('valid', valid)
  if (share < 0.6) return json('one field wrong', withOddField(valid, schema, random))
  if (share < 0.75) return json('anything', anything(random, 3))
  if (share < 0.95) return text('hostile', pick(random, texts as readonly [string, ...string[]]))
  if (share < 0.97)
    return { kind: 'octets', body: new Uint8Array(pick(random, notText as readonly [number[], ...number[][]])), type: JSON_TYPE }
  return text('another type', JSON.stringify(valid), pick(random, types))
}

function withOddField(valid: Record<string, unknown>, schema: JsonSchema | undefined, random: Random): Record<string, unknown> {
  const fields = Object.keys((schema?.['properties'] ?? {}) as object)
  const name = random() < 0.2 || fields.length === 0 ? pick(random, oddKeys) : pick(random, fields as [string, ...string[]])
  // Defined, not assigned: `__proto__` is to be sent.
  return Object.defineProperty({ ...valid }, name, { value: pick(random, oddValues), enumerable: true })
}

function anything(random: Random, depth: number): unknown {
  const share = random()
  if (depth === 0 || share < 0.4) return pick(random, oddValues)
  const count = Math.floor(random() * 4)
  if (share < 0.6) return Array.from({ length: count }, () => anything(random, depth - 1))
  return Object.fromEntries(Array.from({ length: count }, () => [pick(random, oddKeys), anything(random, depth - 1)]))
}

const oddIds = [
  'x',
  '0',
  '%',
  '..',
  '%2f',
  "'--",
  ' ',
  '00000000-0000-0000-0000-000000000000',
  'é',
  'x'.repeat(3000),
  '{id}',
  '\0',
] as const

/** A path id: mostly the one that is there. */
export function createId(own: string, random: Random): string {
  const share = random()
  if (share < 0.85) return own
  return share < 0.9 ? own.toUpperCase() : encodeURIComponent(pick(random, oddIds))
}

const oddQueries = [
  '',
  '-1',
  '0',
  '1',
  '100',
  '101',
  '1e3',
  'x',
  'true',
  'null',
  '[]',
  "'",
  '%00',
  '2026-01-01T00:00:00.000000Z',
  '~',
  'a,b',
  'x'.repeat(2000),
] as const

/** A query of the fields that an operation knows, and of some that it does not. */
export function createQuery(names: readonly string[], random: Random): string {
  const known = [...names, 'customer_id', 'unknown', '__proto__', 'constructor'] as unknown as [string, ...string[]]
  const count = random() < 0.4 ? 0 : Math.ceil(random() * 3)
  const pairs = Array.from({ length: count }, () => `${pick(random, known)}=${encodeURIComponent(pick(random, oddQueries))}`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

const oddHeaders: readonly Readonly<Record<string, string>>[] = [
  ...['k', '', ' ', 'x'.repeat(300), '\u00e9', '__proto__', '{}'].map((key) => ({ 'idempotency-key': key })),
  ...[{ 'x-request-id': 'a b' }, { 'x-request-id': '' }, { traceparent: '00-zz-1' }, { traceparent: 'x'.repeat(2000) }],
  ...[{ cookie: 'a=b; =; ;token' }, { cookie: '__proto__=1' }, { accept: 'text/xml' }, { 'content-encoding': 'gzip' }],
  ...[{ 'x-forwarded-for': "' or 1" }, { 'cf-connecting-ip': '::::' }, { origin: 'null' }, { 'x-http-method-override': 'DELETE' }],
]

/** Mostly none that matter. */
export const createHeaders = (random: Random): Readonly<Record<string, string>> =>
  random() < 0.8 ? {} : pick(random, oddHeaders as readonly [Record<string, string>, ...Record<string, string>[]])
