import { readFileSync } from 'node:fs'
import { type PhoneCall, readWav, SAMPLE_RATE_HZ, shareOf, strongestTone, toneSource } from '@voipbin/phone'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Channel } from './channel.ts'
import { hears, hearsNothing } from './hearing.ts'
import { Scene, wait } from './scene.ts'

let scene: Scene
beforeAll(async () => {
  scene = await Scene.open()
})
afterAll(() => scene?.close())

/** An answered call of a new phone, and its channel. */
async function aCall(user: string): Promise<{ call: PhoneCall; channel: Channel }> {
  const served = scene.serve(user, async (channel) => {
    await channel.answer()
    return channel
  })
  const phone = await scene.phone({ user })
  const call = await (await phone.dial(scene.uri(user))).answered()
  return { call, channel: await served }
}

const shares = (samples: Int16Array, ...frequencies: number[]) => frequencies.map((each) => shareOf(samples, each, SAMPLE_RATE_HZ))
const recorded = (ended: Readonly<Record<string, unknown>>) => readWav(readFileSync(String(ended['file'])))

function sine(frequencyHz: number, ms: number, sampleRateHz: number): Int16Array {
  return Int16Array.from(
    { length: (ms * sampleRateHz) / 1000 },
    (_, at) => 8_000 * Math.sin((2 * Math.PI * frequencyHz * at) / sampleRateHz),
  )
}

describe.concurrent('a playback', () => {
  it('plays a list: a tone, silence, a WAV of 16 kHz', async () => {
    const { call, channel } = await aCall('list')
    const url = scene.publish(sine(700, 500, 16_000), 16_000)
    const fromMs = call.audio.positionMs
    const { ended } = await channel.play([{ tone: '440', duration_ms: 500 }, { silence_ms: 300 }, { url }])
    expect(await ended()).toMatchObject({ reason: 'finished' })
    await wait(100)
    const { heard } = call.audio
    const [gap] = heard.gaps({ fromMs: fromMs + 200, minMs: 200 })
    expect((gap?.toMs ?? 0) - (gap?.fromMs ?? 0)).toBeGreaterThan(250)
    expect((gap?.toMs ?? 0) - (gap?.fromMs ?? 0)).toBeLessThan(400)
    expect(heard.strongestTone({ fromMs: (gap?.fromMs ?? 0) - 300, toMs: (gap?.fromMs ?? 0) - 50 }).frequencyHz).toBe(440)
    expect(heard.strongestTone({ fromMs: (gap?.toMs ?? 0) + 100, toMs: (gap?.toMs ?? 0) + 400 })).toMatchObject({ frequencyHz: 700 })
    expect(heard.levelDb({ fromMs: (gap?.toMs ?? 0) + 100, toMs: (gap?.toMs ?? 0) + 400 })).toBeCloseTo(-15.3, 0)
    await call.hangUp()
  })

  it('ends on a digit that it stops on, which is told too; others leave it', async () => {
    const { call, channel } = await aCall('stop-on')
    const { ended } = await channel.play([{ tone: '440' }], { loops: 0, stop_on: '#' })
    await call.sendDigits('1')
    await hears(call, 440)
    await call.sendDigits('#')
    expect(await ended()).toMatchObject({ reason: 'digit' })
    await hearsNothing(call)
    expect(channel.digits).toBe('1#')
    await call.hangUp()
  })

  it('is replaced, queued, stopped, and ended by the call', async () => {
    const { call, channel } = await aCall('replace')
    const first = await channel.play([{ tone: '440' }], { loops: 0 })
    const second = await channel.play([{ tone: '500', duration_ms: 300 }])
    expect(await first.ended()).toMatchObject({ reason: 'replaced' })
    const third = await channel.play([{ tone: '600' }], { mode: 'queue', loops: 0 })
    expect(await second.ended()).toMatchObject({ reason: 'finished' })
    await hears(call, 600)
    await scene.node.command.stopPlay({ id: third.id })
    expect(await third.ended()).toMatchObject({ reason: 'stopped' })
    const last = await channel.play([{ tone: '440' }], { loops: 0 })
    await call.hangUp()
    expect(await last.ended()).toMatchObject({ reason: 'channel_ended' })
    await channel.ended()
    expect(channel.events.at(-1)).toBe('channel.ended')
  })

  it('of what is not there fails, and says so', async () => {
    const { call, channel } = await aCall('no-file')
    const { ended } = await channel.play([{ url: 'http://127.0.0.1:1/nothing.wav' }])
    const { reason, error } = await ended()
    expect(reason).toBe('failed')
    expect(error).not.toBe('')
    await call.hangUp()
  })

  it.each([
    ['ringback/us', [440, 480]],
    ['ringback/de', [425]],
    ['busy/us', [480, 620]],
  ] as const)('of %s has its frequencies', async (tone, frequencies) => {
    const { call, channel } = await aCall(`tone-${tone.replace('/', '-')}`)
    await channel.play([{ tone }], { loops: 0 })
    await hears(call, ...frequencies)
    await call.hangUp()
  })
})

describe.concurrent('the background', () => {
  it('is music, ringback, silence, or no packets at all', async () => {
    const { call, channel } = await aCall('background')
    await channel.background('ringback')
    await hears(call, 440, 480)
    await channel.background('silence')
    await hearsNothing(call)
    await channel.background('moh')
    await expect.poll(() => call.audio.heard.levelDb({ fromMs: call.audio.positionMs - 300 })).toBeGreaterThan(-40)
    await channel.background('silence')
    await hearsNothing(call)
    await expect.poll(() => call.audio.silentMs).toBeLessThan(60)
    await channel.background('none')
    await expect.poll(() => call.audio.silentMs).toBeGreaterThan(300)
    await call.hangUp()
  })
})

describe.concurrent('a recording', () => {
  it('of what the party says, of what it hears, and of both apart', async () => {
    const { call, channel } = await aCall('record')
    const [said, heard, both] = [
      await channel.record({ direction: 'in' }),
      await channel.record({ direction: 'out' }),
      await channel.record({ direction: 'both' }),
    ]
    await channel.play([{ tone: '440' }], { loops: 0 })
    void call.audio.play(toneSource([700]))
    await wait(800)
    const middle = (samples: Int16Array) => samples.subarray(0.3 * SAMPLE_RATE_HZ, 0.7 * SAMPLE_RATE_HZ)
    expect(shares(middle(recorded(await said.stop()).samples), 700, 440)).toEqual([expect.closeTo(0.95, 1), expect.closeTo(0, 1)])
    expect(shares(middle(recorded(await heard.stop()).samples), 700, 440)).toEqual([expect.closeTo(0, 1), expect.closeTo(0.95, 1)])
    const [left = new Int16Array(), right = new Int16Array()] = recorded(await both.stop()).channels
    expect(shares(middle(left), 700, 440)).toEqual([expect.closeTo(0.95, 1), expect.closeTo(0, 1)])
    expect(shares(middle(right), 700, 440)).toEqual([expect.closeTo(0, 1), expect.closeTo(0.95, 1)])
    await call.hangUp()
  })

  it('ends on a digit, after silence, at its limit, and with the call', async () => {
    const { call, channel } = await aCall('record-ends')
    void call.audio.play(toneSource([700], { durationMs: 600 }))
    const atLimit = await channel.record({ direction: 'in', max_duration_ms: 400 })
    const afterSilence = await channel.record({ direction: 'in', end_silence_ms: 500 })
    const onDigit = await channel.record({ direction: 'in', end_digits: '#' })
    const withCall = await channel.record({ direction: 'in' })
    const limited = await atLimit.ended()
    expect(limited).toMatchObject({ reason: 'limit' })
    expect(recorded(limited).samples.length / SAMPLE_RATE_HZ).toBeCloseTo(0.4, 1)
    expect(await afterSilence.ended()).toMatchObject({ reason: 'silence' })
    await call.sendDigits('#')
    expect(await onDigit.ended()).toMatchObject({ reason: 'digit' })
    await call.hangUp()
    expect(await withCall.ended()).toMatchObject({ reason: 'channel_ended' })
    expect(strongestTone(recorded(await withCall.ended()).samples, SAMPLE_RATE_HZ).frequencyHz).toBe(700)
  })
})

describe.concurrent('a bridge', () => {
  it('of two: both hear the other and not themselves, and nothing once one has left', async () => {
    const [ann, ben] = [await aCall('ann'), await aCall('ben')]
    const bridge = await scene.bridge()
    await Promise.all([ann.channel.join(bridge), ben.channel.join(bridge)])
    void ann.call.audio.play(toneSource([500]))
    void ben.call.audio.play(toneSource([900]))
    await hears(ann.call, 900)
    await hears(ben.call, 500)
    await ann.channel.leave()
    await hearsNothing(ann.call)
    await hearsNothing(ben.call)
    await ben.call.hangUp()
    await ann.call.hangUp()
  })

  it('of three: each hears the two others; who is muted is not heard, and hears', async () => {
    const [ann, ben, cem] = [await aCall('ann3'), await aCall('ben3'), await aCall('cem3')]
    const bridge = await scene.bridge()
    for (const { channel } of [ann, ben, cem]) await channel.join(bridge)
    void ann.call.audio.play(toneSource([500]))
    void ben.call.audio.play(toneSource([900]))
    void cem.call.audio.play(toneSource([1_300]))
    await hears(ann.call, 900, 1_300)
    await hears(ben.call, 500, 1_300)
    await hears(cem.call, 500, 900)
    await cem.channel.mute('in')
    await hears(ann.call, 900)
    await hears(ben.call, 500)
    await hears(cem.call, 500, 900)
    await cem.channel.mute('out')
    await hears(ann.call, 900, 1_300)
    await hearsNothing(cem.call)
    await Promise.all([ann, ben, cem].map(({ call }) => call.hangUp()))
  })

  it('passes digits on, by RTP and from INFO', async () => {
    const [ann, ben] = [await aCall('ann-digits'), await aCall('ben-digits')]
    const bridge = await scene.bridge()
    await Promise.all([ann.channel.join(bridge), ben.channel.join(bridge)])
    await ann.call.sendDigits('17')
    await ben.call.until('digit', { nth: 2 })
    expect([ben.call.digits, ann.channel.digits]).toEqual(['17', '17'])
    await ann.call.sendDigits('3', { method: 'info' })
    await ben.call.until('digit', { nth: 3 })
    expect([ben.call.digits, ann.channel.digits]).toEqual(['173', '173'])
    await ann.call.hangUp()
    await ben.call.hangUp()
  })
})

describe.concurrent('a recording of a bridge', () => {
  it('has all that was said in it', async () => {
    const [ann, ben] = [await aCall('ann-mix'), await aCall('ben-mix')]
    const bridge = await scene.bridge()
    await Promise.all([ann.channel.join(bridge), ben.channel.join(bridge)])
    void ann.call.audio.play(toneSource([500]))
    void ben.call.audio.play(toneSource([900]))
    await hears(ann.call, 900)
    await hears(ben.call, 500)
    const id = crypto.randomUUID()
    await scene.node.command.record({ id, subject: { kind: 'bridge', id: bridge }, max_duration_ms: 600 })
    const ended = await scene.until('recording.ended', (data) => data['recording_id'] === id)
    expect(ended).toMatchObject({ reason: 'limit', subject: { kind: 'bridge', id: bridge } })
    expect(shares(recorded(ended).samples, 500, 900).every((share) => share > 0.3)).toBe(true)
    await scene.node.command.destroyBridge({ id: bridge })
    await scene.until('bridge.left', (data) => data['channel_id'] === ann.channel.id)
    await Promise.all([ann, ben].map(({ call }) => call.hangUp()))
  })
})

describe.concurrent('a phone behind NAT', () => {
  it('is heard and hears where its RTP comes from, whatever address it says', async () => {
    const served = scene.serve('nat', async (channel) => {
      await channel.answer()
      await channel.play([{ tone: '440' }], { loops: 0 })
      return channel
    })
    const phone = await scene.phone({ user: 'nat' })
    const rewriteSdp = (text: string) => text.replace(/c=IN IP4 \S+/, 'c=IN IP4 10.9.8.7')
    const call = await (await phone.dial(scene.uri('nat'), { rewriteSdp })).answered()
    void call.audio.play(toneSource([700]))
    await hears(call, 440)
    const { ended } = await (await served).record({ direction: 'in', max_duration_ms: 400 })
    expect(strongestTone(recorded(await ended()).samples, SAMPLE_RATE_HZ).frequencyHz).toBe(700)
    await call.hangUp()
  })
})

describe.concurrent('a call through a network that loses', () => {
  it('is heard, and its end says what was lost and how that sounds; RTCP tells the phone', async () => {
    const [lossy, clean] = [await aCall('lossy'), await aCall('clean')]
    let count = 0
    lossy.call.audio.setRewrite((packet) => (++count % 10 === 0 ? [] : [packet]))
    for (const { call, channel } of [lossy, clean]) {
      await channel.echo(true)
      void call.audio.play(toneSource([700]))
    }
    await hears(clean.call, 700)
    await wait(1_500)
    const { heard, positionMs } = lossy.call.audio
    expect(heard.shareOf(700, { fromMs: positionMs - 1_000, toMs: positionMs - 20 })).toBeGreaterThan(0.7)
    const measured = []
    for (const { call, channel } of [lossy, clean]) {
      await call.hangUp()
      measured.push((await channel.until('channel.ended'))['quality'] as Readonly<Record<string, number>>)
    }
    const [bad, good] = measured
    expect(bad?.['packets_lost']).toBeGreaterThan(3)
    expect(bad?.['loss_percent']).toBeGreaterThan(4)
    expect(bad?.['mos']).toBeLessThan((good?.['mos'] ?? 0) - 0.1)
  })
})

describe.concurrent('a channel', () => {
  it('echoes', async () => {
    const { call, channel } = await aCall('echo')
    await channel.echo(true)
    void call.audio.play(toneSource([750]))
    await hears(call, 750)
    await channel.echo(false)
    await hearsNothing(call)
    await call.hangUp()
  })

  it('hears digits by INFO, and by RTP though ends are lost and packets doubled', async () => {
    const { call, channel } = await aCall('digits')
    await call.sendDigits('4*', { method: 'info' })
    const isEvent = (packet: Uint8Array) => ((packet[1] ?? 0) & 0x7f) === 101
    call.audio.setRewrite((packet) => (isEvent(packet) && ((packet[13] ?? 0) & 0x80) !== 0 ? [] : [packet]))
    await call.sendDigits('5', { gapMs: 400 })
    call.audio.setRewrite((packet) => (isEvent(packet) ? [packet, packet, packet] : [packet]))
    await call.sendDigits('67')
    await scene.until('channel.digit', (data) => data['subject_id'] === channel.id && data['digit'] === '7')
    expect(channel.digits).toBe('4*567')
    expect(await channel.until('channel.digit')).toMatchObject({ method: 'info' })
    await call.hangUp()
  })

  it.each(['rfc4733', 'info'] as const)('sends digits by %s', async (method) => {
    const { call, channel } = await aCall(`send-${method}`)
    await channel.sendDigits('12#', method)
    await call.until('digit', { nth: 3 })
    expect(call.digits).toBe('12#')
    expect(call.events.filter((event) => event.type === 'digit').map((event) => event.type === 'digit' && event.method)).toEqual([
      method,
      method,
      method,
    ])
    await call.hangUp()
  })
})
