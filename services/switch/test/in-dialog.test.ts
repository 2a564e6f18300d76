import type { SipRequest } from '@voipbin/sip'
import { afterEach, describe, expect, it } from 'vitest'
import { type Peer, reply, sdp } from './wire.ts'
import { startWired, type WiredSwitch } from './wired-switch.ts'

let wired: WiredSwitch
afterEach(() => wired.node.close())
const settle = () => wired.clock.settle()
const reinvite = (peer: Peer, attributes: string, options?: Parameters<typeof sdp>[1]) => {
  const body = sdp(attributes, options).replace('o=- 1 1', 'o=- 1 2')
  peer.request('INVITE', { contentType: 'application/sdp', body })
}
const bodyOf = (message: { readonly body: Uint8Array } | undefined) => Buffer.from(message?.body ?? []).toString()
function ours(method: string, index = 0): SipRequest {
  const request = wired.wire.requests(method)[index]
  if (!request) throw new Error(`There is no ${method} ${index}`)
  return request
}

describe('a re-INVITE of the peer', () => {
  it.each([
    ['sendonly', 'a=sendonly', {}],
    ['inactive', 'a=inactive', {}],
    ['address 0.0.0.0', 'a=sendrecv', { host: '0.0.0.0' }],
  ])('holds by %s, and takes back; silence is not missed meanwhile', async (_, attributes, options) => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    reinvite(peer, attributes, options)
    peer.ack()
    await settle()
    expect(wired.told(id)).toEqual(['channel.answered', 'channel.held'])
    expect(wired.media.asked.at(-1)).toBe(`rtp timeout ${id} 0`)
    reinvite(peer, 'a=sendrecv')
    peer.ack()
    await settle()
    expect(wired.told(id)).toEqual(['channel.answered', 'channel.held', 'channel.unheld'])
    expect(wired.media.asked.at(-1)).toBe(`rtp timeout ${id} 60000`)
  })

  it('changes the codec and the address of its media and signalling', async () => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    peer.contact = '<sip:peer@192.0.2.77:5070>'
    reinvite(peer, 'a=sendrecv', { host: '192.0.2.77', port: 4444, formats: '8' })
    peer.ack()
    expect(wired.media.legs.get(id)?.media).toMatchObject({ remoteAddress: '192.0.2.77', remoteRtpPort: 4444, codec: { name: 'PCMA' } })
    await wired.node.command.hangup({ id, cause: 16 })
    expect(wired.wire.sent.at(-1)?.to).toBe('UDP 192.0.2.77:5070')
  })

  it('without an offer gets one, and its ACK answers', async () => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    peer.request('INVITE')
    expect(bodyOf(peer.last('INVITE'))).toContain('m=audio 30000')
    peer.ack(sdp('a=sendonly', { formats: '0' }))
    await settle()
    expect(wired.told(id).at(-1)).toBe('channel.held')
  })

  it('for T.38 is refused with 488, and the call lives on', async () => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    const body = sdp('a=x').replace(/m=audio.*/, 'm=image 4000 udptl t38')
    peer.request('INVITE', { contentType: 'application/sdp', body })
    expect(peer.last('INVITE')?.status).toBe(488)
    await settle()
    expect(wired.told(id)).toEqual(['channel.answered'])
  })

  it('whose 200 gets no ACK ends the call', async () => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    reinvite(peer, 'a=sendrecv')
    await wired.clock.advance(32_000)
    expect(wired.wire.requests('BYE')).toHaveLength(1)
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'network', cause: 18 } })
  })

  it('is not acknowledged by the ACK of the INVITE before, which comes once for each 200', async () => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    peer.request('INVITE')
    peer.ack('', 1)
    await settle()
    expect(wired.told(id)).toEqual(['channel.answered'])
    await wired.clock.advance(500)
    expect(wired.wire.statuses('INVITE')).toEqual([200, 200, 200])
    peer.ack(sdp('a=sendonly'))
    await settle()
    expect(wired.told(id)).toEqual(['channel.answered', 'channel.held'])
  })

  it('before the first answer gets 500 and Retry-After', async () => {
    wired = await startWired()
    const { peer, id } = await wired.call()
    await wired.node.command.ring({ id })
    reinvite(peer, 'a=sendrecv')
    expect(peer.last('INVITE')?.status).toBe(500)
    expect(peer.last('INVITE')?.headers.has('Retry-After')).toBe(true)
  })
})

describe('hold', () => {
  it('offers sendonly, keeps the version of an offer that changes nothing, and takes back', async () => {
    wired = await startWired()
    const { id } = await wired.talk()
    expect(await wired.node.command.hold({ id, is_on_hold: true })).toMatchObject({ result: 'ok' })
    await wired.node.command.hold({ id, is_on_hold: true })
    expect(wired.wire.requests('INVITE')).toHaveLength(1)
    expect(bodyOf(ours('INVITE'))).toMatch(/a=sendonly/)
    reply(wired.wire, ours('INVITE'), 200, { body: sdp('a=recvonly', { formats: '0' }) })
    expect(wired.wire.requests('ACK')).toHaveLength(1)
    expect(wired.media.legs.get(id)?.media).toMatchObject({ sends: true, receives: false })
    await wired.node.command.hold({ id, is_on_hold: false })
    expect(bodyOf(ours('INVITE', 1))).toMatch(/a=sendrecv/)
  })

  it('that changes while its re-INVITE is under way is said next', async () => {
    wired = await startWired()
    const { id } = await wired.talk()
    await wired.node.command.hold({ id, is_on_hold: true })
    await wired.node.command.hold({ id, is_on_hold: false })
    expect(wired.wire.requests('INVITE')).toHaveLength(1)
    reply(wired.wire, ours('INVITE'), 200, { body: sdp('a=recvonly', { formats: '0' }) })
    expect(bodyOf(ours('INVITE', 1))).toMatch(/a=sendrecv/)
  })

  it('waits out a glare, and gives way to the re-INVITE of the other side', async () => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    await wired.node.command.hold({ id, is_on_hold: true })
    reinvite(peer, 'a=sendrecv')
    expect(peer.last('INVITE')?.status).toBe(491)
    reply(wired.wire, ours('INVITE'), 491)
    expect(wired.wire.requests('INVITE')).toHaveLength(1)
    await wired.clock.advance(2_010)
    expect(new Set(wired.wire.requests('INVITE').map(({ headers }) => headers.raw('CSeq')))).toEqual(new Set(['1 INVITE', '2 INVITE']))
  })

  it('that is refused leaves the call as it was', async () => {
    wired = await startWired()
    const { id } = await wired.talk()
    await wired.node.command.hold({ id, is_on_hold: true })
    reply(wired.wire, ours('INVITE'), 488)
    await settle()
    expect(wired.told(id)).toEqual(['channel.answered'])
  })

  it('whose re-INVITE gets no more than a 100 is given up, and what either side offers next goes on', async () => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    await wired.node.command.hold({ id, is_on_hold: true })
    const held = ours('INVITE')
    reply(wired.wire, held, 100)
    await wired.clock.advance(60_000)
    expect(wired.wire.requests('CANCEL')).toHaveLength(1)
    reply(wired.wire, ours('CANCEL'), 200)
    reply(wired.wire, held, 487)
    reinvite(peer, 'a=sendrecv')
    expect(peer.last('INVITE')?.status).toBe(200)
    peer.ack()
    await wired.node.command.hold({ id, is_on_hold: false })
    expect(wired.wire.requests('INVITE')).toHaveLength(2)
    expect(wired.told(id)).toEqual(['channel.answered'])
  })

  it('whose re-INVITE is under way when the call ends is cancelled, so that nothing waits for its answer', async () => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    await wired.node.command.hold({ id, is_on_hold: true })
    reply(wired.wire, ours('INVITE'), 100)
    peer.request('BYE')
    expect(wired.wire.requests('CANCEL')).toHaveLength(1)
    await wired.clock.advance(70_000)
    const metrics = await (await fetch(`${wired.node.system.platform.adminUrl}/metrics`)).text()
    expect(metrics).toContain('voipbin_switch_sip_transactions{side="client"} 0')
    expect(wired.told(id)).toEqual(['channel.answered', 'channel.ended'])
  })

  it('ends a call that the peer knows nothing of', async () => {
    wired = await startWired()
    const { id } = await wired.talk()
    await wired.node.command.hold({ id, is_on_hold: true })
    reply(wired.wire, ours('INVITE'), 481)
    await settle()
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'network', cause: 27, sip_status: 481 } })
  })

  it('is refused before the answer', async () => {
    wired = await startWired()
    const { id } = await wired.call()
    expect(await wired.node.command.hold({ id, is_on_hold: true })).toEqual({ result: 'refused', rule: 'CHANNEL_NOT_ANSWERED' })
  })
})

describe('other requests in a dialog', () => {
  it.each([
    ['application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n', '5', 160],
    ['application/dtmf-relay', 'Signal= *\nDuration= 90', '*', 90],
    ['application/dtmf-relay', 'Signal=11', '#', 250],
    ['application/dtmf', '9', '9', 250],
  ])('INFO of %s %j presses %s', async (contentType, body, digit, duration_ms) => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    peer.request('INFO', { contentType, body })
    await settle()
    expect(peer.last('INFO')?.status).toBe(200)
    expect(wired.lastOf(id)).toMatchObject({ digit, duration_ms, method: 'info' })
  })

  it.each([
    ['OPTIONS', {}, 200],
    ['UPDATE', {}, 405],
    ['REFER', {}, 405],
    ['PRACK', {}, 405],
    ['BREW', {}, 501],
    ['INFO', { headers: { Require: 'magic' } }, 420],
    ['INFO', { contentType: 'text/plain', body: 'x' }, 415],
    ['INFO', { contentType: 'application/dtmf', body: 'hello' }, 200],
  ])('%s %j gets %i', async (method, wish, status) => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    peer.request(method, wish as Parameters<Peer['request']>[1])
    await settle()
    expect(peer.last(method)?.status).toBe(status)
    if (status === 405 || method === 'OPTIONS') expect(peer.last(method)?.headers.raw('Allow')).toContain('INVITE')
    expect(wired.told(id)).toEqual(['channel.answered'])
  })

  it('a request of a dialog that is over, or never was, gets 481', async () => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    await wired.node.command.hangup({ id, cause: 16 })
    await settle()
    peer.request('INFO')
    expect(peer.last('INFO')?.status).toBe(481)
  })

  it('nothing is kept of requests of dialogs that never were, whoever makes up how many', async () => {
    wired = await startWired()
    const { peer, id } = await wired.talk()
    await wired.node.command.hangup({ id, cause: 16 })
    await settle()
    const held = async () => {
      const text = await (await fetch(`${wired.node.system.platform.adminUrl}/metrics`)).text()
      return /voipbin_switch_sip_transactions\{side="server"\} (\d+)/.exec(text)?.[1]
    }
    const before = await held()
    for (let index = 0; index < 5; index++) peer.request('BYE')
    expect(wired.wire.statuses('BYE')).toEqual([481, 481, 481, 481, 481])
    expect(await held()).toBe(before)
  })

  it('an older number than one that came gets 500', async () => {
    wired = await startWired()
    const { peer } = await wired.talk()
    peer.request('OPTIONS')
    peer.replay('OPTIONS', 1)
    expect(wired.wire.statuses('OPTIONS')).toEqual([200, 500])
  })

  it('a phone behind NAT is reached where its messages come from', async () => {
    wired = await startWired()
    const { peer, id } = await wired.call()
    await wired.node.command.answer({ id })
    peer.contact = '<sip:peer@10.0.0.7:5060>'
    peer.from = { host: '198.51.100.7', port: 40_312 }
    peer.ack()
    peer.request('OPTIONS')
    reinvite(peer, 'a=sendrecv')
    peer.ack()
    await wired.node.command.hangup({ id, cause: 16 })
    expect(wired.wire.sent.at(-1)?.to).toBe('UDP 198.51.100.7:40312')
  })
})

describe('sendDigits', () => {
  it('goes by telephone-event where that was agreed on, else by INFO, a digit at a time', async () => {
    wired = await startWired()
    const { id } = await wired.talk()
    await wired.node.command.sendDigits({ id, digits: '12' })
    expect(wired.media.asked.at(-1)).toBe(`digits ${id} 12`)
    await wired.node.command.sendDigits({ id, digits: '3#', method: 'info', duration_ms: 100, gap_ms: 100 })
    expect(wired.wire.requests('INFO').map(bodyOf)).toEqual(['Signal=3\r\nDuration=100\r\n'])
    await wired.clock.advance(200)
    expect(wired.wire.requests('INFO').map(bodyOf)).toEqual(['Signal=3\r\nDuration=100\r\n', 'Signal=#\r\nDuration=100\r\n'])
  })
})

describe('a call without RTP', () => {
  it('goes on when the peer says that it lives, and ends when it does not', async () => {
    wired = await startWired()
    const { id } = await wired.talk()
    wired.media.emit({ type: 'leg.silent', leg: id })
    reply(wired.wire, ours('OPTIONS'), 200)
    await settle()
    expect(wired.told(id)).toEqual(['channel.answered'])
    expect(wired.media.asked.at(-1)).toBe(`rtp timeout ${id} 60000`)
    wired.media.emit({ type: 'leg.silent', leg: id })
    reply(wired.wire, ours('OPTIONS', 1), 481)
    await settle()
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'network', cause: 27 } })
    expect(wired.wire.requests('BYE')).toHaveLength(1)
  })

  it('is not missed while it is muted', async () => {
    wired = await startWired()
    const { id } = await wired.talk()
    await wired.node.command.mute({ id, direction: 'in' })
    expect(wired.media.asked.slice(-2)).toEqual([`rtp timeout ${id} 0`, `mute ${id} in`])
  })
})
