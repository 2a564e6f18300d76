import { defineContract, query } from '@voipbin/contracts/contract'
import { type DirectResourceType, directResourceTypes } from '@voipbin/contracts/direct'
import { entity } from '@voipbin/contracts/entity'
import { notFound } from '@voipbin/contracts/errors'
import { id, internal } from '@voipbin/contracts/fields'
import { byId } from '@voipbin/contracts/page'
import { AdminOrManager } from '@voipbin/contracts/permission'
import { aCustomer, aDirect, createFakeClock, type FakeClock } from '@voipbin/test-kit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ids, startWorld, type World } from './world.ts'

const hash = 'direct.0123456789ab'
const theme = { primary_color: '#336699', header_title: 'Ask us' }
const widget = entity('webchat_widget', { theme_config: z.looseObject({}), note: internal(z.string()) }, { get: 'getWidget' })
const visit = query(z.object({ customer_id: id() }), z.object({ whose: z.string() }))
const webchatContract = defineContract({
  service: 'webchat',
  events: {},
  methods: { getWidget: query(byId, widget), visit },
  api: {
    'GET /calls_of_visitors': { method: 'visit', permission: AdminOrManager, direct: 'aicall' },
    'GET /chats_of_visitors': { method: 'visit', permission: AdminOrManager, direct: 'webchat_session' },
  },
})

describe('POST /auth/boot', () => {
  let world: World
  let clock: FakeClock
  let resource_type: DirectResourceType
  let status: ReturnType<typeof aCustomer>['status']
  let isWidgetGone: boolean
  beforeEach(async () => {
    clock = createFakeClock()
    resource_type = 'ai'
    status = 'active'
    isWidgetGone = false
    world = await startWorld({
      clock,
      contracts: [webchatContract],
      answers: {
        getDirectByHash: (input) => {
          if (input['hash'] !== hash) throw notFound('direct', String(input['hash']))
          return aDirect({ customer_id: ids.acme, resource_type, resource_id: ids.plan, hash })
        },
        getCustomer: ({ id }) => aCustomer({ id: String(id), status }),
        visit: ({ customer_id }) => ({ whose: customer_id }),
        getWidget: ({ id }) => {
          if (isWidgetGone) throw notFound('webchat_widget', String(id))
          return { ...aDirect({ id: String(id), customer_id: ids.acme }), theme_config: theme, note: 'hidden' }
        },
      },
    })
  })
  afterEach(() => world.close())
  const boot = (json: unknown = { direct_hash: hash }) => world.send('POST', '/auth/boot', { json })
  const opened = async (path: string, token: unknown) =>
    (await world.send('GET', path, { headers: { authorization: `Bearer ${String(token)}` } })).status

  test.each(['ai', 'ai_team'] as const)('a hash of an %s opens calls with it, for four hours', async (type) => {
    resource_type = type
    const { status: code, body, headers } = await boot()
    const expire = '2026-01-01T04:00:00.000000Z'
    const about = { type: 'direct', resource_type: type, resource_id: ids.plan, customer_id: ids.acme, expire }
    expect([code, body]).toEqual([200, { token: expect.any(String), ...about }])
    expect(headers.get('cache-control')).toBe('no-store')
    expect(await opened('/v1.0/calls_of_visitors', body['token'])).toBe(200)
    expect(world.lastInput('visit')).toEqual({ customer_id: ids.acme })
    expect(await opened('/v1.0/chats_of_visitors', body['token'])).toBe(403)
    await clock.jump(4 * 3_600_000)
    expect(await opened('/v1.0/calls_of_visitors', body['token'])).toBe(401)
  })

  test('a widget opens its chats and brings along how it looks, and nothing else of it', async () => {
    resource_type = 'webchat_widget'
    const { body, text } = await boot()
    expect(await opened('/v1.0/chats_of_visitors', body['token'])).toBe(200)
    expect(await opened('/v1.0/calls_of_visitors', body['token'])).toBe(403)
    expect(body['resource_data']).toEqual({ public_display_config: theme })
    expect(text).not.toContain('hidden')
  })

  test('whatever is wrong, the answer is the same', async () => {
    const texts: string[] = []
    const failing = async (json?: unknown) => {
      const { status: code, text } = await boot(json)
      texts.push(`${code} ${text.replace(/req_\w+/, '')}`)
    }
    await failing({ direct_hash: 'direct.ffffffffffff' })
    await failing({ direct_hash: '' })
    for (const type of directResourceTypes.filter((each) => !['ai', 'ai_team', 'webchat_widget'].includes(each))) {
      resource_type = type
      await failing()
    }
    resource_type = 'ai'
    for (const other of ['initial', 'frozen', 'deleted', 'expired'] as const) {
      status = other
      await failing()
    }
    status = 'active'
    resource_type = 'webchat_widget'
    isWidgetGone = true
    await failing()
    expect(texts.length).toBe(12)
    expect(new Set(texts).size).toBe(1)
    expect(texts[0]).toMatch(/^400 .*BOOT_FAILED/)
  })

  test('what is no text is refused by name, and a directory that fails is no wrong hash', async () => {
    expect((await boot({})).body['error']).toMatchObject({ reason: 'INVALID_ARGUMENT', details: [{ field: 'direct_hash' }] })
    world.answers['getDirectByHash'] = () => {
      throw new TypeError('broken')
    }
    expect((await boot()).status).toBe(500)
  })

  test('guesses are counted by address', async () => {
    const codes = []
    for (let n = 0; n < 21; n++) codes.push((await boot({ direct_hash: `direct.${n}` })).status)
    expect(codes.filter((code) => code === 400)).toHaveLength(20)
    expect(codes.at(-1)).toBe(429)
  })
})
