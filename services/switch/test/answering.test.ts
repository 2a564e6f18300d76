import { reasonHeader } from '@voipbin/sip'
import { afterEach, describe, expect, it } from 'vitest'
import type { OfferAnswer } from './start-switch.ts'
import { Peer, sdp } from './wire.ts'
import { customer_id, startWired, type WiredSwitch } from './wired-switch.ts'

let wired: WiredSwitch
afterEach(() => wired.node.close())
const bodyOf = (message: { readonly body: Uint8Array } | undefined) => Buffer.from(message?.body ?? []).toString()
const causeOf = (message: Parameters<Peer['last']>[0] extends string ? ReturnType<Peer['last']> : never) =>
  message?.headers.one(reasonHeader)?.params.get('cause')

describe('an INVITE', () => {
  it('is offered with who calls whom; headers of trust are not believed from a stranger', async () => {
    wired = await startWired()
    const trusted = { 'P-Asserted-Identity': '<sip:boss@x>', Diversion: '<sip:+1555@x>' }
    await wired.call({ headers: { 'X-Ticket': '42', Subject: 'hello', Privacy: 'id', ...trusted } })
    expect(wired.node.offers[0]).toMatchObject({
      ...{ destination_user: '100', destination_host: '192.0.2.1', from_user: 'peer', from_name: 'Peer', from_host: '192.0.2.9' },
      ...{ identified_by: 'none', asserted_identity: '', diversion: '', is_anonymous: true, has_offer: true, transport: 'UDP' },
      ...{ source: '192.0.2.9:5060', headers: [{ name: 'X-Ticket', value: '42' }] },
    })
  })

  it('is believed about identity and diversion when it comes from a trunk', async () => {
    const letIn = { customer_id, identified_by: 'trunk_ip', identity_id: customer_id } as const
    wired = await startWired({ admission: () => ({ letIn }) })
    await wired.call({ headers: { 'P-Asserted-Identity': '"Boss" <sip:+1555@x>', Diversion: '<sip:+1666@x>;reason=no-answer' } })
    expect(wired.node.offers[0]).toMatchObject({ asserted_identity: '+1555', diversion: '+1666', identified_by: 'trunk_ip', customer_id })
  })

  it('rings, sounds before the answer, and is answered with one description', async () => {
    wired = await startWired()
    const { peer, id } = await wired.call()
    const { command } = wired.node
    await command.ring({ id })
    await command.progress({ id })
    await command.ring({ id })
    await command.answer({ id })
    await command.answer({ id })
    expect(wired.wire.statuses('INVITE')).toEqual([180, 183, 200])
    const [, early, answer] = wired.wire.responses('INVITE')
    expect(bodyOf(early)).toBe(bodyOf(answer))
    expect(bodyOf(answer)).toMatch(/m=audio 30000 RTP\/AVP 0 101\r\n/)
    expect(wired.media.legs.get(id)?.media).toMatchObject({ remoteAddress: '192.0.2.9', remoteRtpPort: 4000, codec: { name: 'PCMU' } })
    peer.ack()
    peer.request('BYE', { headers: { Reason: 'Q.850;cause=31' } })
    await wired.clock.settle()
    expect(peer.last('BYE')?.status).toBe(200)
    expect(wired.told(id)).toEqual(['channel.answered', 'channel.ended'])
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'remote', cause: 31, sip_status: 0 }, sip_call_id: peer.callId })
    expect(wired.media.legs.size).toBe(0)
  })

  it('is offered the media by us when it brings no offer, and the ACK answers', async () => {
    wired = await startWired()
    const { peer, id } = await wired.call({ body: '' })
    expect(await wired.node.command.play({ id: crypto.randomUUID(), subject: { kind: 'channel', id }, media: [{ tone: 'beep' }] })).toEqual(
      {
        result: 'refused',
        rule: 'CHANNEL_HAS_NO_OFFER',
      },
    )
    await wired.node.command.progress({ id })
    expect(bodyOf(peer.last('INVITE'))).toBe('')
    await wired.node.command.answer({ id })
    expect(bodyOf(peer.last('INVITE'))).toMatch(/m=audio 30000 RTP\/AVP 0 8 101/)
    peer.ack(sdp('a=sendrecv', { port: 4444, formats: '8' }))
    await wired.clock.settle()
    expect(wired.media.legs.get(id)?.media).toMatchObject({ remoteRtpPort: 4444, codec: { name: 'PCMA' } })
  })

  it('is ended when its ACK brings no answer to our offer', async () => {
    wired = await startWired()
    const { peer, id } = await wired.call({ body: '' })
    await wired.node.command.answer({ id })
    peer.ack()
    await wired.clock.settle()
    expect(wired.wire.requests('BYE')).toHaveLength(1)
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'network', cause: 88 } })
  })

  it.each([
    [17, undefined, 486, '17'],
    [3, undefined, 404, '3'],
    [38, undefined, 500, '38'],
    [26, undefined, 486, '200'],
    [16, undefined, 603, '16'],
    [200, undefined, 603, undefined],
    [21, 488, 488, '21'],
  ])('hung up before its answer with cause %s (%s) is refused with %i', async (cause, status, expected, told) => {
    wired = await startWired()
    const { peer, id } = await wired.call()
    await wired.node.command.hangup({ id, cause, tag: 't', ...(status !== undefined && { sip_status: status }) })
    await wired.clock.settle()
    expect(peer.last('INVITE')?.status).toBe(expected)
    expect(causeOf(peer.last('INVITE'))).toBe(told)
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'local', cause, sip_status: expected, tag: 't' } })
  })

  it('is refused as call says, and nobody is told of its end', async () => {
    wired = await startWired({ offerCall: () => ({ decision: 'reject', cause: 42, sip_status: 503, retry_after_s: 7 }) })
    const { peer, id } = await wired.call()
    expect(peer.last('INVITE')).toMatchObject({ status: 503 })
    expect(peer.last('INVITE')?.headers.raw('Retry-After')).toBe('7')
    expect(wired.told(id)).toEqual([])
    expect((await wired.node.client.listChannels({})).channels).toEqual([])
  })

  it('gets 503 and Retry-After when call does not decide within 3 s, and what call says then is gone', async () => {
    const decision = Promise.withResolvers<OfferAnswer>()
    wired = await startWired({ offerCall: () => decision.promise })
    const { peer, id } = await wired.call()
    await wired.clock.advance(2_999)
    expect(wired.wire.statuses('INVITE')).toEqual([100])
    await wired.clock.advance(1)
    expect(peer.last('INVITE')).toMatchObject({ status: 503 })
    expect(peer.last('INVITE')?.headers.raw('Retry-After')).toBe('5')
    expect(wired.told(id)).toEqual(['channel.ended'])
    expect(await wired.node.command.answer({ id })).toMatchObject({ result: 'gone' })
    decision.resolve({ decision: 'take', customer_id, affinity: id })
  })

  it('gets 503 and Retry-After when call fails, and so when there is none', async () => {
    wired = await startWired({
      offerCall: () => {
        throw new TypeError('broken')
      },
    })
    const { peer, id } = await wired.call()
    expect(peer.last('INVITE')).toMatchObject({ status: 503 })
    expect(peer.last('INVITE')?.headers.raw('Retry-After')).toBe('5')
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'node', cause: 41, sip_status: 503 } })
  })

  it('gets 488 with a Warning when its offer cannot be taken, and call never hears of it', async () => {
    wired = await startWired()
    const peer = new Peer(wired.wire)
    peer.invite({ body: sdp('a=x', { formats: '18' }) })
    await wired.clock.settle()
    expect(peer.last('INVITE')).toMatchObject({ status: 488 })
    expect(peer.last('INVITE')?.headers.raw('Warning')).toContain('305')
    expect(wired.node.offers).toEqual([])
  })

  it('has an end that is told, however long its Call-ID is', async () => {
    wired = await startWired()
    const peer = new Peer(wired.wire)
    peer.callId = 'c'.repeat(2_000)
    peer.invite()
    await wired.clock.settle()
    const { id = '' } = wired.node.offers.at(-1) ?? {}
    expect((await wired.node.client.listChannels({})).channels).toMatchObject([{ id, sip_call_id: 'c'.repeat(255) }])
    await wired.node.command.hangup({ id, cause: 16 })
    await wired.clock.settle()
    expect(wired.told(id)).toEqual(['channel.ended'])
    expect((await wired.node.client.listChannels({})).channels).toEqual([])
  })

  it('gets 503 when the node is full', async () => {
    wired = await startWired({ env: { VOIPBIN_SWITCH_CAPACITY: '1' } })
    await wired.call()
    const peer = new Peer(wired.wire)
    peer.invite()
    await wired.clock.settle()
    expect(peer.last('INVITE')).toMatchObject({ status: 503 })
    expect(wired.node.system.logs).toContainEqual(expect.objectContaining({ message: 'SIP request refused', rule: 'node_full' }))
  })

  it('is kept from going stale by a 180 each minute', async () => {
    wired = await startWired()
    const { id } = await wired.call()
    await wired.node.command.ring({ id })
    await wired.clock.advance(120_000)
    expect(wired.wire.statuses('INVITE')).toEqual([180, 180, 180])
  })

  it.each([
    ['INFO', {}, 481],
    ['BYE', {}, 481],
    ['UPDATE', {}, 405],
    ['PRACK', {}, 405],
    ['REFER', {}, 405],
    ['BREW', {}, 501],
    ['INVITE', { Require: '100rel' }, 420],
    ['INVITE', { 'Content-Type': 'application/x-unknown' }, 415],
    ['INVITE', { Accept: 'text/plain' }, 406],
  ])('%s with %j outside of a dialog gets %i', async (method, headers, status) => {
    wired = await startWired()
    const peer = new Peer(wired.wire)
    const body = method === 'INVITE' ? sdp() : ''
    peer.request(method, { headers, body, ...('Content-Type' in headers || method !== 'INVITE' ? {} : { contentType: 'application/sdp' }) })
    await wired.clock.settle()
    expect(peer.last(method)?.status).toBe(status)
  })
})

describe('CANCEL against answer', () => {
  it('whichever comes first wins, and the other is gone', async () => {
    wired = await startWired()
    const { peer, id } = await wired.call()
    peer.cancel({ Reason: 'SIP;cause=200;text="Call completed elsewhere"' })
    expect(await wired.node.command.answer({ id })).toEqual({ result: 'gone', rule: '' })
    await wired.clock.settle()
    expect(wired.wire.statuses('CANCEL')).toEqual([200])
    expect(peer.last('INVITE')?.status).toBe(487)
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'remote', cause: 26, sip_status: 0 } })
    const other = await wired.call()
    expect(await wired.node.command.answer({ id: other.id })).toEqual({ result: 'ok', rule: '' })
    other.peer.cancel()
    other.peer.ack()
    await wired.clock.settle()
    expect(other.peer.last('INVITE')?.status).toBe(200)
    expect(wired.told(other.id)).toEqual(['channel.answered'])
  })

  it('a CANCEL while the port is opened wins, and the port is closed', async () => {
    wired = await startWired()
    const { peer, id } = await wired.call()
    wired.media.holdPorts(true)
    const answering = wired.node.command.answer({ id })
    await wired.clock.settle()
    peer.cancel()
    wired.media.holdPorts(false)
    expect(await answering).toEqual({ result: 'gone', rule: '' })
    await wired.clock.settle()
    expect(peer.last('INVITE')?.status).toBe(487)
    expect(wired.told(id)).toEqual(['channel.ended'])
    expect(wired.media.legs.size).toBe(0)
  })

  it('a CANCEL before call has decided ends the channel that call then takes', async () => {
    const decision = Promise.withResolvers<OfferAnswer>()
    wired = await startWired({ offerCall: () => decision.promise })
    const { peer, id } = await wired.call()
    const answering = wired.node.command.answer({ id })
    peer.cancel()
    decision.resolve({ decision: 'take', customer_id, affinity: id })
    await wired.clock.settle()
    expect(await answering).toMatchObject({ result: 'gone' })
    expect(peer.last('INVITE')?.status).toBe(487)
    expect(wired.told(id)).toEqual(['channel.ended'])
  })

  it('a command that overtakes the answer to the offer waits for it', async () => {
    const decision = Promise.withResolvers<OfferAnswer>()
    wired = await startWired({ offerCall: () => decision.promise })
    const { peer, id } = await wired.call()
    const answering = wired.node.command.answer({ id })
    decision.resolve({ decision: 'take', customer_id, affinity: id })
    expect(await answering).toMatchObject({ result: 'ok' })
    expect(peer.last('INVITE')?.status).toBe(200)
  })
})

describe('a 200', () => {
  it('is repeated until its ACK', async () => {
    wired = await startWired()
    const { peer, id } = await wired.call()
    await wired.node.command.answer({ id })
    await wired.clock.advance(1_600)
    expect(wired.wire.statuses('INVITE')).toEqual([200, 200, 200])
    peer.ack()
    await wired.clock.advance(31_000)
    expect(wired.wire.statuses('INVITE')).toEqual([200, 200, 200])
    expect(wired.told(id)).toEqual(['channel.answered'])
  })

  it('is acknowledged on the branch of its INVITE, too, as some peers do it', async () => {
    wired = await startWired()
    const { peer, id } = await wired.call()
    await wired.node.command.answer({ id })
    peer.ack('', 1, `z9hG4bK${peer.callId}1`)
    await wired.clock.advance(32_000)
    expect(wired.wire.statuses('INVITE')).toEqual([200])
    expect(wired.told(id)).toEqual(['channel.answered'])
  })

  it('without ACK for 32 s ends the call with a BYE', async () => {
    wired = await startWired()
    const { id } = await wired.call()
    await wired.node.command.answer({ id })
    await wired.clock.advance(32_000)
    expect(wired.wire.requests('BYE')).toHaveLength(1)
    expect(wired.told(id)).toEqual(['channel.answered', 'channel.ended'])
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'network', cause: 18 } })
  })

  it('is not followed by a BYE before its ACK', async () => {
    wired = await startWired()
    const { peer, id } = await wired.call()
    await wired.node.command.answer({ id })
    await wired.node.command.hangup({ id, cause: 16, tag: 'early' })
    expect(wired.wire.requests('BYE')).toHaveLength(0)
    peer.ack()
    await wired.clock.settle()
    expect(wired.wire.requests('BYE')).toHaveLength(1)
    expect(wired.lastOf(id)).toMatchObject({ end: { by: 'local', cause: 16, tag: 'early' } })
  })

  it('whose ACK is lost is acknowledged by a re-INVITE, after which the call can be ended', async () => {
    wired = await startWired()
    const { peer, id } = await wired.call()
    await wired.node.command.answer({ id })
    peer.request('INVITE', { contentType: 'application/sdp', body: sdp('a=sendonly') })
    peer.ack()
    await wired.clock.settle()
    expect(wired.told(id)).toEqual(['channel.answered', 'channel.held'])
    await wired.node.command.hangup({ id, cause: 16 })
    await wired.clock.settle()
    expect(wired.wire.requests('BYE')).toHaveLength(1)
    expect(wired.told(id).at(-1)).toBe('channel.ended')
  })

  it('with an offer of ours is followed by no other offer before its ACK', async () => {
    wired = await startWired()
    const { peer, id } = await wired.call({ body: '' })
    await wired.node.command.answer({ id })
    peer.request('INVITE', { contentType: 'application/sdp', body: sdp() })
    expect(peer.last('INVITE')?.status).toBe(491)
    peer.ack(sdp(), 1)
    await wired.clock.settle()
    expect(wired.told(id)).toEqual(['channel.answered'])
    expect(wired.media.legs.get(id)?.media).toBeDefined()
  })
})
