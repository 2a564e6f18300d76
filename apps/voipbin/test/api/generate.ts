import { type Document, type JsonSchema, type Judge, lookUp } from './document.ts'

/** Numbers below 1, the same for the same seed (mulberry32). */
export type Random = () => number
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
export const pick = <T>(random: Random, values: readonly [T, ...T[]]): T => values[Math.floor(random() * values.length)] ?? values[0]

export type Generator = {
  /** What is required and no more, in the simplest form; texts are different every time. */
  plain(schema: JsonSchema): unknown
  /** Any value that the schema allows. */
  varied(schema: JsonSchema, random: Random): unknown
}

type Parts = { readonly document: Document; readonly judge: Judge; readonly uri: string }
type Choice = {
  readonly takesOptional: () => boolean
  readonly member: (count: number) => number
  readonly length: (min: number, max: number) => number
  readonly integer: (min: number, max: number) => number
  readonly text: (length: number) => string
}

const MAX_ITEMS = 4
const MAX_TEXT = 40

export function createGenerator({ document, judge, uri }: Parts): Generator {
  let count = 0
  const unique = () => `n${(count++).toString(36)}`
  const uuid = () => `00000000-0000-4000-8000-${(count++).toString(16).padStart(12, '0')}`

  /** Formats and patterns that a client has to know. What fits none of these needs one more here. */
  const texts = (): string[] => [
    `text ${unique()}`,
    '',
    `${unique()}@example.com`,
    uuid(),
    `${uri}${unique()}`,
    `+899${100_000_000 + count++}`,
    '2026-01-31T08:00:00.000000Z',
    uuid().replaceAll('-', '').repeat(2),
    `long enough ${unique()}`,
    unique(),
    'US',
    '192.0.2.1',
    '2001:db8::1',
  ]

  function text(schema: JsonSchema, choice: Choice): string {
    const isFree = schema['format'] === undefined && schema['pattern'] === undefined
    const min = Number(schema['minLength'] ?? 0)
    if (isFree && isReference(schema)) return ''
    if (isFree) return choice.text(choice.length(min, Math.min(Number(schema['maxLength'] ?? MAX_TEXT), Math.max(min, MAX_TEXT))))
    const found = texts().find((candidate) => judge.valueFault(schema, candidate) === undefined)
    if (found === undefined) throw new TypeError(`No text is known that fits ${JSON.stringify(schema)}`)
    return found
  }

  function value(schema: JsonSchema, choice: Choice): unknown {
    if (typeof schema['$ref'] === 'string') return value(lookUp(document, schema['$ref']) as JsonSchema, choice)
    if ('const' in schema) return schema['const']
    const members = (schema['enum'] ?? schema['anyOf'] ?? schema['oneOf']) as readonly unknown[] | undefined
    if (members) {
      const member = members[choice.member(members.length)]
      return schema['enum'] ? member : value(member as JsonSchema, choice)
    }
    const type = Array.isArray(schema['type']) ? schema['type'][0] : schema['type']
    if (type === 'object' || schema['properties']) return object(schema, choice)
    if (type === 'array') {
      const min = Number(schema['minItems'] ?? 0)
      const length = choice.length(min, Math.min(Number(schema['maxItems'] ?? MAX_ITEMS), Math.max(min, MAX_ITEMS)))
      return Array.from({ length }, () => value((schema['items'] ?? {}) as JsonSchema, choice))
    }
    if (type === 'string') return text(schema, choice)
    if (type === 'boolean') return choice.member(2) === 1
    if (type === 'integer' || type === 'number') {
      const above = schema['exclusiveMinimum'] === undefined ? undefined : Number(schema['exclusiveMinimum']) + 1
      return choice.integer(Number(schema['minimum'] ?? above ?? 0), Number(schema['maximum'] ?? 1_000_000))
    }
    return type === 'null' ? null : {}
  }

  function object(schema: JsonSchema, choice: Choice): Record<string, unknown> {
    const required = new Set((schema['required'] ?? []) as string[])
    const fields = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>)
    return Object.fromEntries(
      fields.filter(([name]) => required.has(name) || choice.takesOptional()).map(([name, field]) => [name, value(field, choice)]),
    )
  }

  const simplest: Choice = {
    takesOptional: () => false,
    ...{ member: () => 0, length: (min) => min, integer: (min) => min },
    text: (length) => unique().padEnd(length, 'x'),
  }
  return {
    plain: (schema) => value(schema, simplest),
    varied: (schema, random) =>
      value(schema, {
        takesOptional: () => random() < 0.5,
        member: (of) => Math.floor(random() * of),
        length: (min, max) => min + Math.floor(random() * (max - min + 1)),
        integer: (min, max) => (random() < 0.2 ? min : min + Math.floor(random() * (max - min + 1))),
        text: (length) => Array.from({ length }, () => pick(random, alphabet)).join(''),
      }),
  }
}

const alphabet = ['a', 'b', 'Z', '0', ' ', '-', '_', '.', '@', 'é', 'ß', '漢', "'", '"', '<', '%', '\\', '\n', '$'] as const

/** Ids of others are described in words; none is always allowed. */
const isReference = (schema: JsonSchema) => String(schema['description'] ?? '').startsWith('Id of a')
