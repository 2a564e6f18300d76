import { ServiceError } from '@voipbin/contracts/errors'
import type { SipBinding } from '@voipbin/contracts/switch-legs'
import { DigestClient, retryAfterHeader } from '@voipbin/sip'
import { beforeEach, describe, expect, it } from 'vitest'
import { aRequest, aUser, customer_id, DoorHarness, password, type RequestFields, realm } from './door-harness.ts'

let door: DoorHarness
beforeEach(() => {
  door = new DoorHarness()
})

const identity_id = '22222222-2222-4222-8222-222222222222'
const natted = 'Contact: <sip:1000@10.0.0.7:5060>'
const tcp = (connection = 7) => door.flow('192.0.2.7', { port: 40_312, protocol: 'TCP', connection })

function register(headers: string, fields: RequestFields = {}, flow = door.flow('192.0.2.7', { port: 40_312 })) {
  const client = new DigestClient({ username: '1000', password })
  return door.receiveWithDigest(client, () => aRequest('REGISTER', { callId: 'reg', headers, ...fields }), flow)
}

const aBinding = (fields: Partial<SipBinding> = {}): SipBinding => ({
  ...{ contact: 'sip:1000@10.0.0.7:5060', node_id: 'n1', flow: 'UDP/lan/192.0.2.7/40312', source: 'udp:192.0.2.7:40312' },
  ...{ user_agent: '', sip_call_id: 'reg', cseq: 1, q: 1_000, tm_expire: '2026-01-01T00:02:00.000000Z' },
  ...fields,
})

describe('REGISTER', () => {
  it('stores the contact with where it came from, and answers with every binding', async () => {
    door.bindings = [aBinding(), aBinding({ contact: 'sip:1000@10.0.0.8', q: 300, tm_expire: '2026-01-01T00:00:30.000000Z' })]
    const answer = await register(`${natted}\nUser-Agent: phone/1`, { cseq: 5 })
    expect(answer?.status).toBe(200)
    expect(answer?.headers.rawAll('Contact')).toEqual(['<sip:1000@10.0.0.7:5060>;expires=120', '<sip:1000@10.0.0.8>;expires=30;q=0.300'])
    const where = { node_id: 'n1', flow: 'UDP/lan/192.0.2.7/40312', source: 'udp:192.0.2.7:40312', user_agent: 'phone/1' }
    const sent = { sip_call_id: 'reg', cseq: 5 }
    expect(door.updates).toEqual([
      {
        ...{ customer_id, identity_id, ...sent, remove: [], remove_all: false },
        save: [{ contact: 'sip:1000@10.0.0.7:5060', q: 1_000, tm_expire: '2026-01-01T00:02:00.000000Z', ...where, ...sent }],
      },
    ])
  })

  it('removes one contact, or all', async () => {
    await register(`${natted};expires=0`)
    await register('Contact: *\nExpires: 0')
    await register('')
    expect(door.updates.map(({ save, remove, remove_all }) => [save, remove, remove_all])).toEqual([
      ...[
        [[], ['sip:1000@10.0.0.7:5060'], false],
        [[], [], true],
        [[], [], false],
      ],
    ])
  })

  it.each([
    [`${natted};expires=5`, {}, 423, 'interval_too_brief'],
    ['Contact: *', {}, 400, 'bad_registration'],
    [natted, { to: `<sip:2000@${realm}>` }, 403, 'wrong_address_of_record'],
  ])('refuses %j %j with %d', async (headers, fields, status, rule) => {
    const answer = await register(headers, fields)
    expect([answer?.status, door.counted.get(`${rule} REGISTER`), door.updates]).toEqual([status, 1, []])
    expect(answer?.headers.raw('Min-Expires')).toBe(status === 423 ? '60' : undefined)
  })

  it('refuses what it would have to support and does not, before it asks who it is', async () => {
    const answer = await door.receive(aRequest('REGISTER', { headers: `${natted}\nRequire: outbound, replaces` }))
    expect([answer?.status, answer?.headers.raw('Unsupported'), door.asked]).toEqual([420, 'outbound', []])
  })

  it('does not wait for a registrar that says nothing', async () => {
    door.isSilent = true
    const answer = door.receive(aRequest('REGISTER', { headers: natted }))
    await door.clock.advance(3_000)
    await answer
    expect(door.sent.map(({ status }) => status)).toEqual([503])
  })

  it('is for extensions in domains that are ours', async () => {
    door.users.set('1000', aUser('1000', { identity_kind: 'trunk' }))
    expect((await register(natted))?.status).toBe(403)
    door.source = { ...door.source, verdict: 'unknown_domain' }
    expect((await register(natted))?.status).toBe(404)
    door.source = { ...door.source, verdict: 'trunk' }
    expect((await register(natted))?.status).toBe(403)
  })

  it.each([
    [new ServiceError('RESOURCE_EXHAUSTED', 'TOO_MANY_CONTACTS', 'x'), 403],
    [new ServiceError('FAILED_PRECONDITION', 'REGISTRATION_OUT_OF_ORDER', 'x'), 500],
    [new ServiceError('NOT_FOUND', 'EXTENSION_NOT_FOUND', 'x'), 403],
    [new ServiceError('UNAVAILABLE', 'SERVICE_UNAVAILABLE', 'x'), 503],
  ])("answers the port's %s with %d", async (error, status) => {
    door.failUpdates = error
    const answer = await register(natted)
    expect([answer?.status, answer?.headers.one(retryAfterHeader) !== undefined]).toEqual([status, status === 503])
  })
})

describe('flows', () => {
  it('are kept open where a NAT or an idle connection would close them, as long as the binding lives', async () => {
    await register(natted)
    await register('Contact: <sip:1000@192.0.2.8:5060>', {}, door.flow('192.0.2.8'))
    const kept = () => door.keptAlive.splice(0).map(({ remote }) => `${remote.host}:${remote.port}`)
    await door.clock.advance(60_000)
    expect(kept()).toEqual(['192.0.2.7:40312', '192.0.2.7:40312'])
    await door.clock.advance(100_000)
    expect(kept()).toHaveLength(2)
    await register('Contact: <sip:1000@10.0.0.7;transport=tcp>', {}, tcp())
    await door.clock.advance(100_000)
    expect(kept()).toHaveLength(4)
    door.door.flowClosed(tcp())
    await door.clock.advance(100_000)
    expect(kept()).toEqual([])
  })

  it('of UDP lead to their address, those of TCP to their connection while it is there', async () => {
    await register(natted)
    await register(natted, {}, tcp())
    expect(door.door.targetOf('UDP/lan/192.0.2.7/40312')).toMatchObject({ host: '192.0.2.7', port: 40_312, flow: { listener: 'lan' } })
    expect(door.door.targetOf('TCP/lan/e1/7')).toMatchObject({ protocol: 'TCP', flow: { connection: 7 } })
    for (const name of ['TCP/lan/e0/7', 'TCP/lan/e1/8', 'UDP/wan/192.0.2.7/1', 'UDP/lan/192.0.2.7/99999', 'x']) {
      expect(door.door.targetOf(name)).toBeUndefined()
    }
    door.door.flowClosed(tcp())
    await door.clock.settle()
    expect([door.door.targetOf('TCP/lan/e1/7'), door.released]).toEqual([undefined, ['TCP/lan/e1/7']])
    door.door.flowClosed(tcp())
    await door.clock.settle()
    expect(door.released).toHaveLength(1)
  })

  it('of a connection that closes while its binding is stored end with it', async () => {
    door.meanwhile = () => door.door.flowClosed(tcp())
    await register(natted, {}, tcp())
    expect([door.door.targetOf('TCP/lan/e1/7'), door.released]).toEqual([undefined, ['TCP/lan/e1/7']])
    await door.clock.advance(100_000)
    expect(door.keptAlive).toEqual([])
  })
})
