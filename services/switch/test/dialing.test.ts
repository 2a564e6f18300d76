import { type SipRequest, serialise } from '@voipbin/sip'
import { afterEach, describe, expect, it } from 'vitest'
import { calleeRequest, reply, sdp, uriOf } from './wire.ts'
import { customer_id, startWired, type WiredSwitch } from './wired-switch.ts'

let wired: WiredSwitch
afterEach(() => wired.node.close())

const answer = sdp('a=sendrecv', { host: '192.0.2.20', port: 6000, formats: '8 0 101' })
function inviteOf(index = 0): SipRequest {
  const invite = wired.wire.requests('INVITE')[index]
  if (!invite) throw new Error(`There is no INVITE ${index}`)
  return invite
}
const settle = () => wired.clock.settle()
const challenge = { 'WWW-Authenticate': 'Digest realm="r", nonce="n", algorithm=MD5, qop="auth"' }

describe('a leg that is dialled', () => {
  it('rings, is heard before the answer, is answered and ended by us', async () => {
    wired = await startWired()
    const id = await wired.dial({ headers: [{ name: 'X-Ticket', value: '42' }], codecs: ['PCMA', 'PCMU'] })
    const invite = inviteOf()
    expect(uriOf(invite)).toBe('sip:callee@192.0.2.20')
    expect(invite.headers.raw('From')).toMatch(/^<sip:1000@192\.0\.2\.1>;tag=/)
    expect(invite.headers.raw('X-Ticket')).toBe('42')
    expect(Buffer.from(invite.body).toString()).toMatch(/m=audio 30000 RTP\/AVP 8 0 101/)
    reply(wired.wire, invite, 100)
    reply(wired.wire, invite, 180)
    reply(wired.wire, invite, 180)
    reply(wired.wire, invite, 183, { body: answer })
    expect(wired.media.legs.get(id)?.media).toMatchObject({ remoteRtpPort: 6000, codec: { name: 'PCMA' } })
    reply(wired.wire, invite, 200, { body: answer })
    await settle()
    expect(wired.wire.requests('ACK').map(uriOf)).toEqual(['sip:callee@192.0.2.20:5060'])
    expect(wired.told(id)).toEqual(['channel.progress', 'channel.progress', 'channel.answered'])
    expect(wired.node.events[1]?.data).toMatchObject({ seq: 2, is_ringing: true, has_early_media: true, sip_status: 183 })
    await wired.node.command.hangup({ id, cause: 16, tag: 'x' })
    await settle()
    expect(wired.wire.requests('BYE')[0]?.headers.raw('Reason')).toBe('Q.850;cause=16')
    expect(wired.lastOf(id)).toMatchObject({ seq: 4, end: { by: 'local', cause: 16, tag: 'x' } })
  })

  it('says whose it is where its id is not that of its call', async () => {
    wired = await startWired()
    const call_id = crypto.randomUUID()
    const id = await wired.dial({ call_id })
    reply(wired.wire, inviteOf(), 503)
    await settle()
    expect(wired.lastOf(id)).toMatchObject({ channel_id: id, call_id, end: { cause: 34 } })
    const own = await wired.dial()
    reply(wired.wire, inviteOf(1), 503)
    await settle()
    expect(wired.lastOf(own)).not.toHaveProperty('call_id')
  })

  it('acknowledges a 200 that comes again', async () => {
    wired = await startWired()
    await wired.dial()
    reply(wired.wire, inviteOf(), 200, { body: answer })
    reply(wired.wire, inviteOf(), 200, { body: answer })
    expect(wired.wire.requests('ACK')).toHaveLength(2)
  })

  it('says who calls only to those who are trusted, where that is withheld', async () => {
    wired = await startWired()
    const withheld = { from: { user: '+15551234', display_name: 'Ann', is_anonymous: true }, from_domain: 'voip.example' }
    await wired.dial(withheld)
    expect(serialise(inviteOf()).toString()).not.toMatch(/5551234|Ann\b/)
    await wired.dial({ ...withheld, is_trusted: true })
    const { headers } = inviteOf(1)
    expect(headers.raw('From')).toMatch(/^"Anonymous" <sip:anonymous@anonymous\.invalid>;tag=/)
    expect(headers.raw('P-Asserted-Identity')).toBe('"Ann" <sip:+15551234@voip.example>')
    expect(headers.raw('Privacy')).toBe('id')
  })

  it.each([
    ['DESTINATION_NOT_SIP', { destination: 'sips:callee@192.0.2.20' }],
    ['HEADER_NOT_ALLOWED', { headers: [{ name: 'Route', value: '<sip:x>' }] }],
    ['CODECS_UNKNOWN', { codecs: ['MP3'] }],
    ['FLOW_GONE', { flow: 'UDP/none/1/2' }],
  ])('is refused as %s', async (rule, leg) => {
    wired = await startWired()
    const id = crypto.randomUUID()
    const asked = { id, customer_id, affinity: id, destination: 'sip:callee@192.0.2.20', from: { user: '1' }, ...leg }
    expect(await wired.node.command.dial(asked)).toEqual({ result: 'refused', rule })
  })

  it('is dialled once however often it is asked for, and never again after its end', async () => {
    wired = await startWired()
    const id = await wired.dial()
    await wired.dial({ id })
    expect(wired.wire.requests('INVITE')).toHaveLength(1)
    reply(wired.wire, inviteOf(), 404)
    await settle()
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'remote', cause: 1, sip_status: 404 } })
    const again = { id, customer_id, affinity: id, destination: 'sip:callee@192.0.2.20', from: { user: '1' } }
    expect(await wired.node.command.dial(again)).toEqual({ result: 'gone', rule: '' })
  })

  it('takes the cause of a Reason before that of the status', async () => {
    wired = await startWired()
    const id = await wired.dial()
    reply(wired.wire, inviteOf(), 480, { headers: { Reason: 'Q.850;cause=20;text="absent"' } })
    await settle()
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'remote', cause: 20, sip_status: 480 } })
  })

  it('is cancelled when nobody answers in time', async () => {
    wired = await startWired()
    const id = await wired.dial({ timeout_ms: 20_000 })
    reply(wired.wire, inviteOf(), 180)
    await wired.clock.advance(20_000)
    expect(wired.wire.requests('CANCEL')).toHaveLength(1)
    reply(wired.wire, inviteOf(), 487)
    await settle()
    expect(wired.told(id)).toEqual(['channel.progress', 'channel.ended'])
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'network', cause: 19 } })
  })

  it('is cancelled with the reason, for losers of a race', async () => {
    wired = await startWired()
    const id = await wired.dial()
    await wired.node.command.hangup({ id, cause: 26 })
    expect(wired.told(id)).toEqual(['channel.ended'])
    reply(wired.wire, inviteOf(), 180)
    expect(wired.wire.requests('CANCEL')[0]?.headers.raw('Reason')).toBe('SIP;cause=200;text="Call completed elsewhere"')
  })

  it('that answers while it is cancelled is acknowledged and ended', async () => {
    wired = await startWired()
    const id = await wired.dial()
    reply(wired.wire, inviteOf(), 180)
    await wired.node.command.hangup({ id, cause: 26 })
    reply(wired.wire, inviteOf(), 200, { body: answer })
    await settle()
    expect([wired.wire.requests('ACK').length, wired.wire.requests('BYE').length]).toEqual([1, 1])
    expect(wired.told(id)).toEqual(['channel.progress', 'channel.ended'])
  })

  it('that answers after it has ended here is acknowledged and ended', async () => {
    wired = await startWired()
    const id = await wired.dial()
    await wired.node.command.hangup({ id, cause: 16 })
    await settle()
    reply(wired.wire, inviteOf(), 200, { body: answer })
    await settle()
    expect([wired.wire.requests('ACK').length, wired.wire.requests('BYE').length]).toEqual([1, 1])
    expect(wired.told(id)).toEqual(['channel.ended'])
  })

  it('that forks talks to the first that answers; the second is acknowledged and ended', async () => {
    wired = await startWired()
    const id = await wired.dial()
    reply(wired.wire, inviteOf(), 183, { tag: 'one', body: answer })
    reply(wired.wire, inviteOf(), 180, { tag: 'two' })
    reply(wired.wire, inviteOf(), 200, { tag: 'two', body: sdp('a=x', { port: 7000 }) })
    reply(wired.wire, inviteOf(), 200, { tag: 'one', body: answer })
    await settle()
    expect(wired.wire.requests('ACK').map(({ headers }) => /tag=(\w+)/.exec(headers.raw('To') ?? '')?.[1])).toEqual(['two', 'one'])
    expect(wired.wire.requests('BYE').map(({ headers }) => /tag=(\w+)/.exec(headers.raw('To') ?? '')?.[1])).toEqual(['one'])
    expect(wired.media.legs.get(id)?.media).toMatchObject({ remoteRtpPort: 7000 })
    expect(wired.told(id).at(-1)).toBe('channel.answered')
  })

  it('whose answer cannot be used is acknowledged and ended', async () => {
    wired = await startWired()
    const id = await wired.dial()
    reply(wired.wire, inviteOf(), 200, { body: sdp('a=x', { formats: '18' }) })
    await settle()
    expect([wired.wire.requests('ACK').length, wired.wire.requests('BYE').length]).toEqual([1, 1])
    expect(wired.lastOf(id)).toMatchObject({ end: { cause: 88, sip_status: 488 } })
  })

  it('answers a challenge once', async () => {
    wired = await startWired()
    const id = await wired.dial({ username: 'u', password: 'p' })
    reply(wired.wire, inviteOf(), 401, { headers: challenge })
    await settle()
    expect(inviteOf(1).headers.raw('Authorization')).toContain('username="u"')
    expect(inviteOf(1).headers.raw('CSeq')).toBe('2 INVITE')
    reply(wired.wire, inviteOf(1), 401, { headers: challenge })
    await settle()
    expect(wired.wire.requests('INVITE')).toHaveLength(2)
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'remote', cause: 21, sip_status: 401 } })
  })

  it('answers a challenge in the dialog', async () => {
    wired = await startWired()
    const id = await wired.dial({ username: 'u', password: 'p' })
    reply(wired.wire, inviteOf(), 200, { body: answer })
    await wired.node.command.hangup({ id, cause: 16 })
    reply(wired.wire, wired.wire.requests('BYE')[0] ?? inviteOf(), 401, { headers: challenge })
    await settle()
    expect(wired.wire.requests('BYE')[1]?.headers.raw('Authorization')).toContain('username="u"')
  })

  it('follows redirections, within bounds and to nowhere twice', async () => {
    wired = await startWired()
    const id = await wired.dial()
    reply(wired.wire, inviteOf(), 302, { contact: '<sip:b@192.0.2.21>;q=0.5, <sip:c@192.0.2.22>;q=0.9' })
    await settle()
    expect(uriOf(inviteOf(1))).toBe('sip:c@192.0.2.22')
    reply(wired.wire, inviteOf(1), 302, { contact: '<sip:callee@192.0.2.20>' })
    await settle()
    expect(wired.wire.requests('INVITE')).toHaveLength(2)
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'remote', cause: 23, sip_status: 302 } })
  })

  it('tries the next server of a name when one is dead', async () => {
    const dns = { naptr: async () => [], srv: async () => [], a: async () => ['192.0.2.30', '192.0.2.31'], aaaa: async () => [] }
    wired = await startWired({ dns })
    wired.wire.dead.add('192.0.2.30')
    const id = await wired.dial({ destination: 'sip:callee@carrier.example' })
    expect(wired.wire.sent.map(({ to }) => to)).toEqual(['UDP 192.0.2.30:5060', 'UDP 192.0.2.31:5060'])
    reply(wired.wire, inviteOf(1), 486)
    await settle()
    expect(wired.lastOf(id)).toMatchObject({ end: { cause: 17 } })
  })

  it.each([
    ['by its address', { destination: 'sip:+88213@192.0.2.30' }],
    ['by another name', { destination: 'sip:+88213@elsewhere.example' }],
    ['by a proxy', { destination: 'sip:+88213@192.0.2.99', proxy: 'sip:192.0.2.30:5080' }],
  ])('leads to none that it must not lead to: %s', async (_how, leg) => {
    const dns = { naptr: async () => [], srv: async () => [], a: async () => ['192.0.2.30'], aaaa: async () => [] }
    wired = await startWired({ dns })
    const id = await wired.dial({ ...leg, avoid: ['sip.carrier.example'] })
    await settle()
    expect(wired.wire.sent).toEqual([])
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'node', cause: 52, rule: 'DESTINATION_IS_CARRIER' } })
  })

  it('leads to none that it must not lead to, also when the DNS of that one falls silent', async () => {
    let isSilent = false
    const a = async () => {
      if (isSilent) throw new Error('ETIMEOUT')
      return ['192.0.2.30']
    }
    wired = await startWired({ dns: { naptr: async () => [], srv: async () => [], a, aaaa: async () => [] } })
    for (const silent of [false, true]) {
      isSilent = silent
      const id = await wired.dial({ destination: 'sip:+88213@192.0.2.30', avoid: ['sip.carrier.example'] })
      expect([silent, wired.lastOf(id)]).toMatchObject([silent, { end: { rule: 'DESTINATION_IS_CARRIER' } }])
    }
    expect(wired.wire.sent).toEqual([])
  })

  it('is led by no redirection where it must not lead', async () => {
    wired = await startWired()
    const id = await wired.dial({ avoid: ['192.0.2.30'] })
    await settle()
    reply(wired.wire, inviteOf(), 302, { contact: '<sip:+88213@192.0.2.30>' })
    await settle()
    expect(wired.wire.requests('INVITE')).toHaveLength(1)
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'node', cause: 52, rule: 'DESTINATION_IS_CARRIER' } })
  })

  it('ends as unreachable when nobody says anything', async () => {
    wired = await startWired()
    const id = await wired.dial()
    await wired.clock.advance(32_000)
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'network', cause: 18, sip_status: 408 } })
  })

  it('ends when there is no port for its media', async () => {
    wired = await startWired()
    wired.media.failPorts(new Error('none left'))
    const id = await wired.dial()
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'node', cause: 42 } })
    expect(wired.wire.requests('INVITE')).toHaveLength(0)
  })

  it('joins its bridge as soon as there is media', async () => {
    wired = await startWired()
    const bridge = crypto.randomUUID()
    await wired.node.command.createBridge({ id: bridge, customer_id, affinity: bridge })
    const id = await wired.dial({ early_bridge_id: bridge })
    reply(wired.wire, inviteOf(), 180)
    await settle()
    expect(wired.told(id)).toEqual(['channel.progress'])
    reply(wired.wire, inviteOf(), 183, { body: answer })
    await settle()
    expect(wired.told(id)).toEqual(['channel.progress', 'channel.progress', 'bridge.joined'])
  })

  it('is hung up by the callee', async () => {
    wired = await startWired()
    const id = await wired.dial()
    reply(wired.wire, inviteOf(), 200, { body: answer })
    calleeRequest(wired.wire, inviteOf(), 'BYE')
    await settle()
    expect(wired.wire.statuses('BYE')).toEqual([200])
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'remote', cause: 16 } })
  })
})
