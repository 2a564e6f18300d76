import { readFileSync } from 'node:fs'
import { type PhoneCall, readWav, SAMPLE_RATE_HZ, type SdpWish, strongestTone, toneSource } from '@voipbin/phone'
import { PCMA, PCMU } from '@voipbin/sdp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Channel } from './channel.ts'
import { hears, hearsNothing } from './hearing.ts'
import { startLossyProxy } from './peers/lossy-proxy.ts'
import { Scene } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await Scene.open()
})
afterAll(() => scene?.close())

/** A call that hears a tone of 440 Hz from the switch. */
async function aCall(user: string): Promise<{ call: PhoneCall; channel: Channel }> {
  const served = scene.serve(user, async (channel) => {
    await channel.answer()
    await channel.play([{ tone: '440' }], { loops: 0 })
    return channel
  })
  const phone = await scene.phone()
  const call = await (await phone.dial(scene.uri(user))).answered()
  return { call, channel: await served }
}

const toSession = (direction: string) => (text: string) =>
  text.replace(/a=(sendrecv|sendonly|recvonly|inactive)\r\n/, '').replace('t=0 0\r\n', `t=0 0\r\na=${direction}\r\n`)
const spellings: readonly (readonly [string, SdpWish])[] = [
  ['sendonly', { direction: 'sendonly' }],
  ['inactive', { direction: 'inactive' }],
  ['sendonly of the session', { direction: 'sendonly', rewriteSdp: toSession('sendonly') }],
  ['inactive of the session', { direction: 'inactive', rewriteSdp: toSession('inactive') }],
  ['0.0.0.0', { rewriteSdp: (text) => text.replace(/c=IN IP4 \S+/, 'c=IN IP4 0.0.0.0') }],
  ['0.0.0.0 and sendonly', { direction: 'sendonly', rewriteSdp: (text) => text.replace(/c=IN IP4 \S+/, 'c=IN IP4 0.0.0.0') }],
]

describe.concurrent('the other party puts the switch on hold', () => {
  it.each(spellings)('by %s: it falls silent, and is heard again afterwards', async (name, wish) => {
    const { call, channel } = await aCall(`held-${spellings.findIndex(([each]) => each === name)}`)
    await hears(call, 440)
    expect(await call.renegotiate(wish)).toBe(200)
    await channel.until('channel.held')
    await hearsNothing(call)
    expect(await call.renegotiate({ direction: 'sendrecv' })).toBe(200)
    await channel.until('channel.unheld')
    await hears(call, 440)
    expect(call.audio.received.ssrcs).toHaveLength(1)
    await call.hangUp()
    await channel.ended()
  })

  it('by recvonly it does not: it wants to hear', async () => {
    const { call, channel } = await aCall('recvonly')
    expect(await call.renegotiate({ direction: 'recvonly' })).toBe(200)
    await hears(call, 440)
    expect(channel.events).not.toContain('channel.held')
    await call.hangUp()
  })
})

describe.concurrent('a re-INVITE', () => {
  it('of the switch puts the other party on hold, and takes it back', async () => {
    const { call, channel } = await aCall('our-hold')
    await channel.hold(true)
    await call.until('held')
    await channel.hold(false)
    await call.until('unheld')
    await hears(call, 440)
    await call.hangUp()
  })

  it('changes the codec while a tone is played', async () => {
    const { call, channel } = await aCall('codec')
    expect(call.media?.codec).toBe('PCMU')
    expect(await call.renegotiate({ codecs: [PCMA] })).toBe(200)
    expect(call.media?.codec).toBe('PCMA')
    await hears(call, 440)
    await expect.poll(() => call.audio.received.payloadTypes.at(-1)).toBe(8)
    await hears(call, 440)
    void call.audio.play(toneSource([600]))
    const { ended } = await channel.record({ direction: 'in', max_duration_ms: 400 })
    const { samples } = readWav(readFileSync(String((await ended())['file'])))
    expect(strongestTone(samples, SAMPLE_RATE_HZ).frequencyHz).toBe(600)
    expect(await call.renegotiate({ codecs: [PCMU, PCMA] }, { isOfferDelayed: true })).toBe(200)
    await hears(call, 440)
    await call.hangUp()
  })

  it('that nobody can speak is refused with 488, and the call goes on', async () => {
    const { call } = await aCall('no-codec')
    const unknown = (text: string) =>
      text.replace(/m=audio (\d+) RTP\/AVP.*/, 'm=audio $1 RTP/AVP 18').replaceAll(/a=(rtpmap|fmtp).*\r\n/g, '')
    expect(await call.renegotiate({ rewriteSdp: unknown })).toBe(488)
    await hears(call, 440)
    await call.hangUp()
  })

  it.each([
    ['in place of the voice', (text: string) => text.replace(/m=audio[\s\S]*/, 'm=image 9 udptl t38\r\na=T38FaxVersion:0\r\n')],
    ['beside a voice that is switched off', (text: string) => `${text.replace(/m=audio \d+/, 'm=audio 0')}m=image 9 udptl t38\r\n`],
  ])('to T.38, %s, is refused with 488, and the call is heard on', async (name, rewriteSdp) => {
    const { call, channel } = await aCall(name.startsWith('in') ? 't38-instead' : 't38-beside')
    expect(await call.renegotiate({ rewriteSdp })).toBe(488)
    await hears(call, 440)
    expect(channel.events).toEqual(['channel.answered', 'playback.started'])
    await call.hangUp()
  })

  it('that meets another gets 491, and both come about', async () => {
    // Each INVITE is under way for a while, so that they do meet.
    const proxy = await startLossyProxy(scene.node.udp, ({ line }) => (line.startsWith('INVITE') ? { delayMs: 400 } : 'pass'))
    const served = scene.serve('glare', async (channel) => {
      await channel.answer()
      await channel.play([{ tone: '440' }], { loops: 0 })
      return channel
    })
    const phone = await scene.phone()
    const call = await (await phone.dial(`sip:glare@${proxy.address}`)).answered()
    const channel = await served
    const [status] = await Promise.all([call.renegotiate({ codecs: [PCMU] }), channel.hold(true)])
    expect(status).toBe(200)
    await call.until('held')
    // Whoever's INVITE arrives first is refused; with that known, the other may be taken.
    expect(phone.ladder.outline.some((line) => line.endsWith('491 INVITE'))).toBe(true)
    await channel.hold(false)
    await call.until('unheld')
    expect(channel.events).not.toContain('channel.ended')
    await hears(call, 440)
    await call.hangUp()
    await proxy.close()
  })
})
