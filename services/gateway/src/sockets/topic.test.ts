import { describe, expect, test } from 'vitest'
import type { Caller } from '../identity/caller.ts'
import { mayHear, parseTopic } from './topic.ts'

const mine = '11111111-1111-4111-8111-111111111111'
const other = '22222222-2222-4222-8222-222222222222'
const me = '33333333-3333-4333-8333-333333333333'
const actor = { kind: 'agent', id: me, customer_id: mine, permission: 32 } as const
const caller = (fields: Partial<Caller['actor']>, resourceTypes: readonly string[] = []): Caller => ({
  ...{ actor: { ...actor, ...fields }, resourceTypes, customerStatus: 'active', frozenAt: null },
})
const visitor = caller({ kind: 'direct', permission: 0 }, ['aicall'])

describe('parseTopic()', () => {
  test.each([
    `customer_id:${mine}`,
    `customer_id:${mine}:call`,
    `customer_id:${mine}:call:`,
    `agent_id:${me}:agent:agent_updated:${me}`,
    `customer_id:${mine}:call.outbound_whitelist_rejected`,
  ])('reads %s', (text) => expect(parseTopic(text)).toMatchObject({ text, scope: text.split(':').slice(0, 2).join(':') }))

  test.each([
    ...[
      '',
      'customer_id',
      'customer_id:',
      `customer_id:${mine.slice(1)}`,
      `customer_id:${mine}x`,
      `user_id:${mine}`,
      `customer_id:${mine}:*`,
    ],
    ...[`customer_id:${mine}:${'a'.repeat(300)}`, `CUSTOMER_ID:${mine}`, 7, null, { text: 'x' }, ['customer_id']],
  ])('refuses %j', (text) => expect(parseTopic(text)).toBeUndefined())
})

describe('mayHear()', () => {
  test.each<[string, Caller, string, boolean]>([
    ['an admin, its customer', caller({}), `customer_id:${mine}:call`, true],
    ['a manager, its customer', caller({ permission: 64 }), `customer_id:${mine}`, true],
    ['an agent without more, its customer', caller({ permission: 16 }), `customer_id:${mine}:call`, false],
    ['an admin, another customer', caller({}), `customer_id:${other}:call`, false],
    ['an agent, itself', caller({ permission: 16 }), `agent_id:${me}`, true],
    ['an admin, another agent', caller({}), `agent_id:${other}`, false],
    ['a superadmin, any customer', caller({ permission: 1 }), `customer_id:${other}`, true],
    ['a superadmin, any agent', caller({ permission: 1 }), `agent_id:${other}`, true],
    ['an access key, its customer', caller({ kind: 'accesskey', id: other }), `customer_id:${mine}`, true],
    ['an access key, an agent of its own id', caller({ kind: 'accesskey' }), `agent_id:${me}`, false],
    ['a delegate, its customer', caller({ kind: 'delegate' }), `customer_id:${mine}:call`, false],
    ['a visitor, one resource of its type', visitor, `customer_id:${mine}:aicall:${other}`, true],
    ['a visitor, all of its type', visitor, `customer_id:${mine}:aicall`, false],
    ['a visitor, all of its type with a colon', visitor, `customer_id:${mine}:aicall:`, false],
    ['a visitor, the beginning of an id', visitor, `customer_id:${mine}:aicall:${other.slice(0, 35)}`, false],
    ['a visitor, another type', visitor, `customer_id:${mine}:call:${other}`, false],
    ['a visitor, another customer', visitor, `customer_id:${other}:aicall:${other}`, false],
    ['a visitor, five parts', visitor, `customer_id:${mine}:aicall:${other}:${other}`, false],
    ['a visitor, an agent', visitor, `agent_id:${me}:aicall:${other}`, false],
  ])('%s: %#', (_name, who, text, expected) => {
    const topic = parseTopic(text)
    expect(topic && mayHear(who, topic)).toBe(expected)
  })
})
