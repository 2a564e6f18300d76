import { describe, expect, test } from 'vitest'
import { type ApiEntry, childOf, parseApiKey } from './api.ts'
import { Admin } from './permission.ts'

describe('parseApiKey()', () => {
  test('puts paths under /v1.0 and names their parameters', () => {
    expect(parseApiKey('DELETE /contacts/:id/addresses/:address_id')).toEqual({
      verb: 'DELETE',
      path: '/contacts/:id/addresses/:address_id',
      url: '/v1.0/contacts/:id/addresses/:address_id',
      parameters: ['id', 'address_id'],
    })
    expect(parseApiKey('GET /tags')).toMatchObject({ verb: 'GET', url: '/v1.0/tags', parameters: [] })
  })

  test('leaves sign-in outside, and only that', () => {
    expect(parseApiKey('POST /auth/login').url).toBe('/auth/login')
    expect(parseApiKey('GET /authors').url).toBe('/v1.0/authors')
  })
})

describe('childOf()', () => {
  test('carries the names that differ from the default', () => {
    expect(childOf('id')).toEqual({ childOf: 'id' })
    expect(childOf('id', { entity: 'note', field: 'case_id' })).toEqual({ childOf: 'id', entity: 'note', field: 'case_id' })
  })
})

describe('ApiEntry', () => {
  test('does not compile with a wrong word', () => {
    const entries: readonly ApiEntry[] = [
      {
        method: 'listTags',
        permission: Admin,
        identity: ['agent', 'accesskey'],
        tier: 'AUTH_PUBLIC',
        direct: ['aicall'],
        owned: { id: 'tag' },
      },
      // @ts-expect-error: permission has no default
      { method: 'listTags' },
      // @ts-expect-error: no such scope
      { method: 'listTags', permission: Admin, scope: 'tenant' },
      // @ts-expect-error: no such identity
      { method: 'listTags', permission: Admin, identity: ['admin'] },
      // @ts-expect-error: `system` is an actor, but stands behind no request from outside
      { method: 'listTags', permission: Admin, identity: ['system'] },
      // @ts-expect-error: no such tier
      { method: 'listTags', permission: Admin, tier: 'V2' },
      // @ts-expect-error: no such answer
      { method: 'listTags', permission: Admin, answer: 'xml' },
      // @ts-expect-error: no such key
      { method: 'listTags', permission: Admin, owner: { id: 'tag' } },
    ]
    expect(entries).toHaveLength(8)
  })
})
