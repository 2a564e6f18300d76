import { type Phone, toneSource } from '@voipbin/phone'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hears } from './hearing.ts'
import { startLossyProxy } from './peers/lossy-proxy.ts'
import { rawRequest, startRawPeer } from './peers/raw-peer.ts'
import { hasProgram } from './peers/require-program.ts'
import { forkedAnswers, t38Reinvite } from './peers/scenarios.ts'
import { startSipp } from './peers/sipp.ts'
import { Scene, wait } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await Scene.open()
})
afterAll(() => scene?.close())

const outline = (phone: Phone) => phone.ladder.outlineOnce.filter((line) => line !== '← 100 INVITE' && line !== '→ 100 INVITE')

describe.concurrent('a call to the switch', () => {
  it.each(['UDP', 'TCP'] as const)('over %s: rings, is answered, hears a tone, is hung up', async (transport) => {
    const served = scene.serve(`tone-${transport}`, async (channel) => {
      await channel.ring()
      await wait(100)
      await channel.answer()
      await channel.play([{ tone: '440', duration_ms: 5_000 }])
      return channel
    })
    const phone = await scene.phone({ transport })
    const call = await (await phone.dial(scene.uri(`tone-${transport}`, { transport }))).answered()
    const channel = await served
    await hears(call, 440)
    expect(call.audio.heard.strongestTone({ fromMs: call.audio.positionMs - 250 }).levelDb).toBeGreaterThan(-20)
    await channel.hangup(16, { tag: 'enough' })
    const { by, reason } = await call.until('ended')
    expect([by, reason]).toEqual(['remote', 'Q.850;cause=16'])
    expect(await channel.ended()).toMatchObject({ by: 'local', cause: 16, tag: 'enough' })
    expect(outline(phone)).toEqual(['→ INVITE', '← 180 INVITE', '← 200 INVITE', '→ ACK', '← BYE', '→ 200 BYE'])
    expect(new Set(phone.ladder.steps.map((step) => step.protocol))).toEqual(new Set([transport]))
  })

  it('goes over TCP where its INVITE is too large for UDP', async () => {
    const served = scene.serve('large', async (channel, { headers }) => {
      await channel.answer()
      return headers
    })
    const phone = await scene.phone()
    const value = 'x'.repeat(1_000)
    const headers = [...['X-One', 'X-Two'].map((name) => [name, value] as const)]
    const call = await (await phone.dial(`sip:large@${scene.node.tcp}`, { headers })).answered()
    expect(await served).toEqual([
      { name: 'X-One', value },
      { name: 'X-Two', value },
    ])
    expect(phone.ladder.steps[0]).toMatchObject({ direction: 'sent', protocol: 'TCP' })
    await call.hangUp()
  })

  it('is answered where it comes from, not where its Via says', async () => {
    const peer = await startRawPeer()
    peer.send(rawRequest('OPTIONS', scene.uri('x'), { via: '10.9.8.7:5060' }), scene.node.udp)
    const answer = await peer.receive(10_000)
    peer.close()
    expect(answer).toMatch(/^SIP\/2\.0 200 /)
    expect(answer).toContain(`received=127.0.0.1`)
    expect(answer).toContain(`rport=${peer.port}`)
    expect(answer).toMatch(/^Allow: .*INVITE.*BYE/m)
  })

  it('comes about once though the first INVITE, 200, ACK and BYE are lost', async () => {
    const before = scene.node.offers.length
    const served = scene.serve('lossy', async (channel) => {
      await channel.answer()
      await channel.play([{ tone: '500' }])
      return channel
    })
    const proxy = await startLossyProxy(scene.node.udp, ({ line, cseq, repeat }) => {
      const isFirst = repeat === 0 && (/^(INVITE|ACK|BYE)/.test(line) || (line.includes('200') && cseq.endsWith('INVITE')))
      return isFirst ? 'lose' : 'pass'
    })
    const phone = await scene.phone()
    const call = await (await phone.dial(`sip:lossy@${proxy.address}`)).answered()
    const channel = await served
    await channel.until('channel.answered')
    await hears(call, 500)
    await call.hangUp()
    expect(await channel.ended()).toMatchObject({ by: 'remote', cause: 16 })
    expect(proxy.lost.map((line) => line.split(' ')[0])).toEqual(['INVITE', 'SIP/2.0', 'ACK', 'BYE'])
    expect(scene.node.offers.slice(before).filter(({ destination_user }) => destination_user === 'lossy')).toHaveLength(1)
    expect(channel.events.filter((type) => type === 'channel.answered' || type === 'channel.ended')).toHaveLength(2)
    await proxy.close()
  })

  it('is cancelled while it rings: 487, and an answer that comes later is gone', async () => {
    const served = scene.serve('cancelled', async (channel) => {
      await channel.ring()
      return channel
    })
    const phone = await scene.phone()
    const call = await phone.dial(scene.uri('cancelled'))
    await call.until('ringing')
    await call.hangUp()
    expect(call.ended).toMatchObject({ by: 'local', status: 487 })
    const channel = await served
    expect(await channel.ended()).toMatchObject({ by: 'remote', sip_status: 0 })
    expect(await channel.try('answer')).toBe('gone')
  })

  it('is refused by `call`, with its status, and hears early media before that', async () => {
    scene.refuse('nobody', { cause: 1 })
    scene.refuse('busy', { cause: 17 })
    scene.refuse('later', { cause: 42, sip_status: 503, retry_after_s: 7 })
    const phone = await scene.phone()
    const statuses: number[] = []
    for (const user of ['nobody', 'busy', 'later']) statuses.push((await (await phone.dial(scene.uri(user))).until('ended')).status)
    expect(statuses).toEqual([404, 486, 503])
    expect(phone.ladder.once.filter(({ message }) => message.headers.raw('Retry-After') === '7')).toHaveLength(1)
  })

  it('hears an announcement before the answer, also after a 180', async () => {
    const served = scene.serve('early', async (channel) => {
      await channel.progress()
      const { ended } = await channel.play([{ tone: '620', duration_ms: 900 }])
      await wait(300)
      await channel.ring()
      await ended()
      await channel.hangup(17)
      return channel
    })
    const phone = await scene.phone()
    const call = await phone.dial(scene.uri('early'))
    await call.until('early')
    const { status } = await call.until('ended')
    await served
    expect(status).toBe(486)
    expect(call.audio.heard.shareOf(620, { fromMs: 100, toMs: 700 })).toBeGreaterThan(0.95)
    expect(call.isAnswered).toBe(false)
  })

  it('offers in the answer where the INVITE has no offer', async () => {
    const served = scene.serve('delayed', async (channel, { has_offer }) => {
      await channel.answer()
      await channel.play([{ tone: '440' }])
      return has_offer
    })
    const phone = await scene.phone()
    const call = await (await phone.dial(scene.uri('delayed'), { isOfferDelayed: true })).answered()
    expect(await served).toBe(false)
    await hears(call, 440)
    await call.hangUp()
  })

  it('tells why it was hung up, and hears why', async () => {
    const served = scene.serve('reason', async (channel) => {
      await channel.answer()
      return channel
    })
    const phone = await scene.phone()
    const call = await (await phone.dial(scene.uri('reason'))).answered()
    await call.hangUp({ Reason: 'Q.850;cause=31;text="gone"' })
    expect(await (await served).ended()).toMatchObject({ by: 'remote', cause: 31 })
  })

  it('is asked by OPTIONS whether it lives, in the call and outside', async () => {
    const served = scene.serve('options', async (channel) => channel.answer())
    const phone = await scene.phone()
    const call = await (await phone.dial(scene.uri('options'))).answered()
    await served
    expect(await call.request('OPTIONS')).toMatchObject({ status: 200 })
    expect(await call.request('PUBLISH')).toMatchObject({ status: 405 })
    await call.hangUp()
    expect(await call.request('OPTIONS')).toMatchObject({ status: 481 })
  })

  it.skipIf(!hasProgram('sipp'))('refuses a fax with 488, and goes on', async () => {
    const served = scene.serve('fax', async (channel) => {
      await channel.answer()
      return channel
    })
    const sipp = await startSipp({ scenario: t38Reinvite, target: scene.node.udp, service: 'fax' })
    await sipp.succeeded()
    expect(await (await served).ended()).toMatchObject({ by: 'remote', cause: 16 })
  })
})

describe.concurrent('a leg that the switch dials', () => {
  it('rings, is answered, is heard and hears, and hangs up', async () => {
    const phone = await scene.phone({ user: 'bob' })
    const channel = await scene.dial(phone.address, {
      headers: [{ name: 'X-Order', value: '4711' }],
      from: { user: '+15550100', display_name: 'Ann' },
    })
    const call = await phone.nextCall()
    expect(call.invite?.headers.raw('X-Order')).toBe('4711')
    expect(call.invite?.headers.raw('From')).toMatch(/^"?Ann"? <sip:\+15550100@/)
    call.ring()
    expect(await channel.until('channel.progress')).toMatchObject({ is_ringing: true, sip_status: 180 })
    call.answer()
    await channel.until('channel.answered')
    await channel.play([{ tone: '500' }])
    await hears(call, 500)
    await call.hangUp()
    expect(await channel.ended()).toMatchObject({ by: 'remote', cause: 16 })
  })

  it.each([true, false])('is withheld: From is anonymous, Privacy asks for it; a carrier is told who it is: %s', async (is_trusted) => {
    const phone = await scene.phone({ user: 'bob' })
    await scene.dial(phone.address, { is_trusted, from: { user: '+15550100', is_anonymous: true } })
    const { invite } = await phone.nextCall()
    expect(invite?.headers.raw('From')).toContain('anonymous')
    expect(invite?.headers.raw('Privacy')).toBe('id')
    expect(invite?.headers.raw('P-Asserted-Identity')?.includes('+15550100') ?? false).toBe(is_trusted)
    for (const call of phone.calls) call.reject(603)
  })

  it.each([
    [486, 17],
    [404, 1],
    [480, 19],
    [603, 21],
  ])('is refused with %i: cause %i', async (status, cause) => {
    const phone = await scene.phone({ user: 'bob' })
    const channel = await scene.dial(phone.address)
    ;(await phone.nextCall()).reject(status)
    expect(await channel.ended()).toMatchObject({ by: 'remote', cause, sip_status: status })
  })

  it('believes the Reason of a refusal', async () => {
    const phone = await scene.phone({ user: 'bob' })
    const channel = await scene.dial(phone.address)
    ;(await phone.nextCall()).reject(480, { Reason: 'Q.850;cause=20' })
    expect(await channel.ended()).toMatchObject({ by: 'remote', cause: 20, sip_status: 480 })
  })

  it('is cancelled after its time: cause 19', async () => {
    const phone = await scene.phone({ user: 'bob' })
    const channel = await scene.dial(phone.address, { timeout_ms: 500 })
    const call = await phone.nextCall()
    call.ring()
    expect(await channel.ended()).toMatchObject({ cause: 19 })
    expect(await call.until('ended')).toMatchObject({ by: 'remote', text: 'cancelled by the caller' })
  })

  it('is told that it was answered elsewhere', async () => {
    const phone = await scene.phone({ user: 'bob' })
    const channel = await scene.dial(phone.address)
    const call = await phone.nextCall()
    call.ring()
    await channel.until('channel.progress')
    await channel.hangup(26)
    expect((await call.until('ended')).reason).toMatch(/SIP;cause=200;text="Call completed elsewhere"/)
  })

  it('is ended though its 200 and our CANCEL crossed', async () => {
    const phone = await scene.phone({ user: 'bob' })
    const proxy = await startLossyProxy(`127.0.0.1:${phone.ports.udp}`, ({ line }) =>
      line.startsWith('CANCEL') ? { delayMs: 400 } : 'pass',
    )
    const channel = await scene.dial(`sip:bob@${proxy.address}`)
    const call = await phone.nextCall()
    call.ring()
    await channel.until('channel.progress')
    await channel.hangup(16)
    call.answer()
    expect(await call.until('ended')).toMatchObject({ by: 'remote', text: 'the other party hung up' })
    expect(await channel.ended()).toMatchObject({ by: 'local', cause: 16 })
    expect(channel.events.filter((type) => type === 'channel.ended')).toHaveLength(1)
    await proxy.close()
  })

  it.each(['TCP', 'UDP'] as const)('too large for UDP goes over TCP, and over UDP where nobody listens there: %s', async (protocol) => {
    const phone = await scene.phone({ user: 'bob' })
    const headers = ['X-One', 'X-Two'].map((name) => ({ name, value: 'x'.repeat(1_000) }))
    const channel = await scene.dial(`sip:bob@127.0.0.1:${protocol === 'TCP' ? phone.ports.tcp : phone.ports.udp}`, { headers })
    const call = await phone.nextCall()
    expect(phone.ladder.steps[0]?.protocol).toBe(protocol)
    expect(call.invite?.headers.raw('X-Two')).toHaveLength(1_000)
    expect(call.invite?.headers.raw('Via')).toContain(`SIP/2.0/${protocol} `)
    call.answer()
    await channel.until('channel.answered')
    await call.hangUp()
    expect(await channel.ended()).toMatchObject({ by: 'remote', cause: 16 })
  })

  it('follows a redirection', async () => {
    const [phone, other] = [await scene.phone({ user: 'bob' }), await scene.phone({ user: 'carol' })]
    const channel = await scene.dial(phone.address)
    ;(await phone.nextCall()).reject(302, { Contact: `<${other.address}>` })
    const call = await other.nextCall()
    call.answer()
    await channel.until('channel.answered')
    await channel.play([{ tone: '500' }], { loops: 0 })
    await hears(call, 500)
    await channel.hangup()
    expect(phone.ladder.outline).toContain('→ 302 INVITE')
  })

  it('is heard before its answer by who waits for it', async () => {
    const [caller, callee] = [await scene.phone(), await scene.phone({ user: 'bob' })]
    const served = scene.serve('wait', async (channel) => {
      await channel.progress()
      const bridge = await scene.bridge(channel.id)
      await channel.join(bridge)
      return scene.dial(callee.address, { affinity: channel.id, early_bridge_id: bridge })
    })
    const call = await caller.dial(scene.uri('wait'))
    const ringing = await callee.nextCall()
    void ringing.audio.play(toneSource([425]))
    ringing.progress()
    const leg = await served
    expect(await leg.until('channel.progress')).toMatchObject({ has_early_media: true })
    await hears(call, 425)
    // A 180 that follows brings no description, and takes nothing away.
    ringing.ring()
    const rang = (data: Readonly<Record<string, unknown>>) => data['subject_id'] === leg.id && data['is_ringing'] === true
    expect(await scene.until('channel.progress', rang)).toMatchObject({ has_early_media: true, sip_status: 180 })
    await wait(300)
    await hears(call, 425)
    await leg.hangup()
    await call.hangUp()
  })

  it.skipIf(!hasProgram('sipp'))('ends the second of two phones that answered one INVITE', async () => {
    const sipp = await startSipp({ scenario: forkedAnswers })
    const channel = await scene.dial(`sip:forked@${sipp.address}`)
    await channel.until('channel.answered')
    await sipp.succeeded()
    await channel.hangup().catch(() => {})
    expect(channel.events.filter((type) => type === 'channel.answered')).toHaveLength(1)
  })
})
