import { expect, test } from 'vitest'
import { levelOf } from './listen.ts'
import { TestNode } from './test-node.ts'
import { jumps, L16, TestPhone } from './test-phone.ts'

async function talk(passDigits = true): Promise<{ node: TestNode; one: TestPhone; other: TestPhone }> {
  const node = new TestNode()
  const [one, other] = [await node.phone('one'), await node.phone('other')]
  node.bridge('bridge', ['one', 'other'], passDigits)
  one.say({ frequency: 440 })
  other.say({ frequency: 1_000 })
  await node.clock.advance(1_000)
  return { node, one, other }
}

const toneOf = (id: string, subject: { kind: 'leg' | 'bridge'; id: string }, durationMs = 1_000) =>
  ({ id, subject, sources: [{ tone: 'dial/fr', durationMs }], mode: 'replace', stopOn: '', loops: 1 }) as const

async function listen(node: TestNode, phone: TestPhone, ms: number): Promise<Int16Array> {
  const since = node.clock.now()
  await node.clock.advance(ms)
  return phone.heard(since)
}

test('forwarding gives way to a playback and comes back, in one stream without a jump', async () => {
  const { node, one, other } = await talk()
  node.engine.play(toneOf('tone', { kind: 'leg', id: 'one' }))
  const played = await listen(node, one, 800)
  expect(levelOf(played, 440)).toBeGreaterThan(-15)
  await node.clock.advance(500)
  expect(levelOf(await listen(node, one, 500), 1_000)).toBeCloseTo(-13, 0)
  expect(new Set(one.packets.map(({ ssrc }) => ssrc)).size).toBe(1)
  expect([...jumps(one.packets), ...jumps(other.packets)]).toEqual([])
})

test('a playback on a bridge is heard by all, over their voices', async () => {
  const { node, one, other } = await talk()
  node.engine.play(toneOf('tone', { kind: 'bridge', id: 'bridge' }, 2_000))
  await node.clock.advance(400)
  const since = node.clock.now()
  await node.clock.advance(1_000)
  expect(levelOf(one.heard(since), 440)).toBeCloseTo(-13.5, 0)
  expect(levelOf(one.heard(since), 1_000)).toBeCloseTo(-13, 0)
  expect(levelOf(other.heard(since), 440)).toBeGreaterThan(-10) // the tone and the voice of the same pitch
  expect([...jumps(one.packets), ...jumps(other.packets)]).toEqual([])
})

test('a third one makes a mixture of a forwarded pair, and leaves it forwarded again', async () => {
  const { node, one, other } = await talk()
  const third = await node.phone('third')
  third.say({ frequency: 700 })
  node.engine.join({ leg: 'third', bridge: 'bridge', mute: 'none', passDigits: true })
  await node.clock.advance(400)
  const heard = await listen(node, one, 500)
  expect(levelOf(heard, 700)).toBeCloseTo(-13, 0)
  expect(levelOf(heard, 1_000)).toBeCloseTo(-13, 0)
  node.engine.leave('third')
  await node.clock.advance(100)
  const after = await listen(node, one, 500)
  expect(levelOf(after, 700)).toBeLessThan(-60)
  expect(levelOf(after, 1_000)).toBeCloseTo(-13, 0)
  expect([...jumps(one.packets), ...jumps(other.packets)]).toEqual([])
  expect(node.of('bridge.joined').map(({ leg }) => leg)).toEqual(['one', 'other', 'third'])
  expect(node.of('bridge.left').map(({ leg }) => leg)).toEqual(['third'])
})

test.each(['in', 'out', 'both'] as const)('a leg that is muted %s is not heard, or hears nothing', async (mute) => {
  const { node, one, other } = await talk()
  node.engine.setMute('one', mute)
  await node.clock.advance(300)
  const since = node.clock.now()
  await node.clock.advance(500)
  if (mute === 'out') expect(levelOf(other.heard(since), 440)).toBeCloseTo(-13, 0)
  else expect(levelOf(other.heard(since), 440)).toBeLessThan(-60)
  if (mute === 'in') expect(levelOf(one.heard(since), 1_000)).toBeCloseTo(-13, 0)
  else expect(levelOf(one.heard(since), 1_000)).toBeLessThan(-60)
  node.engine.setMute('one', 'none')
  await node.clock.advance(100)
  expect(levelOf(await listen(node, other, 500), 440)).toBeCloseTo(-13, 0)
  expect([...jumps(one.packets), ...jumps(other.packets)]).toEqual([])
})

test('music on hold takes the place of the bridge for who hears it', async () => {
  const { node, one, other } = await talk()
  node.engine.setBackground('one', 'moh')
  await node.clock.advance(300)
  expect(levelOf(await listen(node, one, 1_000), 1_000)).toBeLessThan(-40)
  expect(levelOf(await listen(node, other, 500), 440)).toBeCloseTo(-13, 0)
  node.engine.setBackground('one', 'none')
  await node.clock.advance(100)
  expect(levelOf(await listen(node, one, 500), 1_000)).toBeCloseTo(-13, 0)
  expect(jumps(one.packets)).toEqual([])
})

test('a peer that is on hold is sent nothing, and heard where it plays music of its own', async () => {
  const { node, one, other } = await talk()
  node.engine.connectLeg('other', other.media({ sends: false }))
  await node.clock.advance(100)
  expect(await listen(node, other, 500)).toHaveLength(0)
  expect(levelOf(await listen(node, one, 500), 1_000)).toBeCloseTo(-13, 0)
  node.engine.connectLeg('other', other.media())
  expect(levelOf(await listen(node, other, 500), 440)).toBeCloseTo(-13, 0)
})

test('a peer that holds by an unspecified address is heard on from where it was, and nobody else is', async () => {
  const { node, one, other } = await talk()
  node.engine.connectLeg('other', other.media({ remoteAddress: '0.0.0.0', sends: false }))
  expect(levelOf(await listen(node, one, 500), 1_000)).toBeCloseTo(-13, 0)
  const stranger = new TestPhone({ clock: node.clock, sockets: node.network, port: 50_000, address: '203.0.113.66' })
  await stranger.open()
  if (other.dialled) stranger.dial(other.dialled)
  stranger.say({ frequency: 700 })
  expect(levelOf(await listen(node, one, 500), 700)).toBeLessThan(-60)
})

test('a codec that changes in a re-INVITE is transcoded from then on, under the same SSRC', async () => {
  const { node, one, other } = await talk()
  const alaw = { name: 'PCMA', clockRate: 8_000, sendPayloadType: 8, receivePayloadType: 8 } as const
  node.engine.connectLeg(
    'other',
    other.media({ codec: alaw, alternatives: [{ ...alaw, name: 'PCMU', sendPayloadType: 0, receivePayloadType: 0 }] }),
  )
  await node.clock.advance(300)
  const last = other.packets.at(-1)
  expect([last?.payloadType, last?.ssrc]).toEqual([8, other.packets[0]?.ssrc])
  expect(levelOf(await listen(node, one, 500), 1_000)).toBeCloseTo(-13, 0)
})

test('digits are not passed on where the bridge does not want it', async () => {
  const { node, one, other } = await talk(false)
  one.press('5')
  await node.clock.advance(300)
  expect(node.of('leg.digit')).toHaveLength(1)
  expect(other.packets.some(({ payloadType }) => payloadType === 101)).toBe(false)
})

test('digits reach a peer that takes none by number as tones', async () => {
  const node = new TestNode()
  const one = await node.phone('one')
  const other = await node.phone('other', { eventPayloadType: undefined, codec: L16 })
  node.bridge('bridge', ['one', 'other'])
  one.say(new Int16Array(0))
  await node.clock.advance(500)
  const since = node.clock.now()
  one.press('5', 160)
  await node.clock.advance(600)
  const heard = other.heard(since)
  const loudest = Math.max(
    ...Array.from({ length: Math.floor(heard.length / 1_600) }, (_, at) =>
      levelOf(heard.subarray(at * 1_600, at * 1_600 + 1_600), 770, 16_000),
    ),
  )
  expect(loudest).toBeGreaterThan(-25)
})

test.each([
  ['before the first packet', 0],
  ['in the midst of it', 60],
  ['after it', 460],
])('a digit by RTP and by INFO, which comes %s, is passed on once', async (_, atMs) => {
  const { node, one, other } = await talk()
  if (atMs === 0) node.engine.receiveInfoDigit('one', '5', 100)
  one.press('5', 400)
  await node.clock.advance(atMs)
  if (atMs > 0) node.engine.receiveInfoDigit('one', '5', 100)
  await node.clock.advance(1_500)
  expect(other.digits).toEqual(['5'])
  expect(node.of('leg.digit')).toHaveLength(1)
})

test.each(['begins', 'ends'])('a digit in whose midst forwarding %s is passed on once', async (change) => {
  const { node, one, other } = await talk()
  if (change === 'begins') node.engine.setMute('one', 'in')
  await node.clock.advance(100)
  one.press('5', 200)
  await node.clock.advance(60)
  node.engine.setMute('one', change === 'begins' ? 'none' : 'in')
  await node.clock.advance(1_500)
  expect(other.digits).toEqual(['5'])
  expect(new Set(other.packets.filter(({ payloadType }) => payloadType === 101).map(({ timestamp }) => timestamp)).size).toBe(1)
})

test('digits that are sent arrive one by one, and their end is told', async () => {
  const { node, one } = await talk()
  node.engine.sendDigits({ leg: 'one', digits: '12w#', durationMs: 100, gapMs: 80 })
  await node.clock.advance(3_000)
  expect(one.digits).toEqual(['1', '2', '#'])
  expect(node.of('leg.digits_sent')).toEqual([{ type: 'leg.digits_sent', leg: 'one' }])
  expect(levelOf(await listen(node, one, 500), 1_000)).toBeCloseTo(-13, 0)
})

test('a digit that comes by RTP and by INFO is told once, whichever is first', async () => {
  const { node, one } = await talk()
  one.press('5')
  await node.clock.advance(200)
  node.engine.receiveInfoDigit('one', '5', 100)
  node.engine.receiveInfoDigit('one', '7', 100)
  one.press('7')
  await node.clock.advance(300)
  node.engine.receiveInfoDigit('one', '7', 100)
  expect(node.of('leg.digit').map(({ digit, method }) => digit + method)).toEqual(['5rfc4733', '7info', '7info'])
})

test('a source that was never heard of is sent to for a second only, unless its signalling comes from there', async () => {
  const node = new TestNode()
  const stranger = await node.phone('leg', { media: { signallingAddress: '203.0.113.9' } })
  const known = await node.phone('known')
  node.engine.setBackground('leg', 'moh')
  node.engine.setBackground('known', 'moh')
  await node.clock.advance(3_000)
  expect(stranger.packets.length).toBeLessThanOrEqual(51)
  expect(known.packets.length).toBeGreaterThan(140)
  stranger.say({ frequency: 440 })
  await node.clock.advance(1_000)
  expect(stranger.packets.length).toBeGreaterThan(90)
})

test('packets of another source are not heard while the first one speaks', async () => {
  const { node, one, other } = await talk()
  const intruder = await node.phone('intruder', { address: '203.0.113.66' })
  const to = await node.engine.openLeg({ id: 'unused', affinity: 'call', localAddress: '198.51.100.1' })
  intruder.dial({ ...to, rtpPort: to.rtpPort })
  intruder.say({ frequency: 2_000 })
  const port = one.dialled?.rtpPort ?? 0
  intruder.dial({ address: '198.51.100.1', rtpPort: port, rtcpPort: port + 1 })
  await node.clock.advance(3_000)
  expect(levelOf(await listen(node, other, 500), 2_000)).toBeLessThan(-60)
  one.hush()
  await node.clock.advance(2_100)
  expect(levelOf(await listen(node, other, 500), 2_000)).toBeCloseTo(-13, 0)
})

test('silence of a peer is told once it lasts, but not while nothing is to come', async () => {
  const { node, one } = await talk()
  node.engine.setRtpTimeout('one', 5_000)
  one.hush()
  await node.clock.advance(4_000)
  expect(node.of('leg.silent')).toEqual([])
  await node.clock.advance(10_000)
  expect(node.of('leg.silent')).toEqual([{ type: 'leg.silent', leg: 'one' }])
  one.say({ frequency: 440 })
  await node.clock.advance(1_000)
  node.engine.setRtpTimeout('one', 0)
  one.hush()
  await node.clock.advance(100_000)
  expect(node.of('leg.silent')).toHaveLength(1)
})

test('quality is told every 10 s, and reports go both ways', async () => {
  const { node, one } = await talk()
  await node.clock.advance(20_000)
  const told = node.of('leg.quality').filter(({ leg }) => leg === 'one')
  expect(told).toHaveLength(2)
  expect(told[1]?.quality).toMatchObject({ lossPercent: 0, codec: 'PCMU' })
  expect(told[1]?.quality.packetsReceived).toBeGreaterThan(990)
  expect(told[1]?.quality.mos).toBeGreaterThan(4.3)
  expect(one.rtcp.length).toBeGreaterThan(1)
})

test('a short packet now and then does not end forwarding', async () => {
  const { node, one, other } = await talk()
  for (let times = 0; times < 5; times++) {
    one.nextPtimeMs = 10
    await node.clock.advance(300)
  }
  expect(other.packets.filter(({ samples }) => samples.length === 80)).toHaveLength(5)
  expect(other.packets.filter(({ hasMarker }) => hasMarker)).toHaveLength(1)
})

test('packets of another length are cut anew', async () => {
  const node = new TestNode()
  const [one, other] = [await node.phone('one'), await node.phone('other', { ptimeMs: 40 })]
  node.bridge('bridge', ['one', 'other'])
  one.say({ frequency: 440 })
  other.say({ frequency: 1_000 })
  await node.clock.advance(1_000)
  expect(new Set(one.packets.slice(3).map(({ samples }) => samples.length))).toEqual(new Set([160]))
  expect(new Set(other.packets.slice(3).map(({ samples }) => samples.length))).toEqual(new Set([320]))
  expect(levelOf(await listen(node, one, 500), 1_000)).toBeCloseTo(-13, 0)
})

test('what was said before forwarding began is not heard when it ends', async () => {
  const { node, one, other } = await talk()
  node.engine.setMute('other', 'out')
  await node.clock.advance(400)
  node.engine.setMute('other', 'none')
  one.say({ frequency: 2_000 })
  await node.clock.advance(2_000)
  node.engine.setMute('other', 'in')
  const since = node.clock.now()
  await node.clock.advance(1_000)
  expect(levelOf(other.heard(since), 440)).toBeLessThan(-50)
  expect(levelOf(other.heard(since).subarray(1_600), 2_000)).toBeCloseTo(-13, 0)
})

test('a digit lasts as long as it was pressed, whatever the clock of the codec it came beside', async () => {
  const node = new TestNode()
  const phone = await node.phone('leg', { codec: L16 })
  node.engine.connectLeg('leg', phone.media({ codec: { name: 'PCMU', clockRate: 8_000, sendPayloadType: 0, receivePayloadType: 0 } }))
  node.engine.connectLeg('leg', phone.media())
  phone.press('7', 240)
  await node.clock.advance(500)
  expect(node.of('leg.digit')).toMatchObject([{ digit: '7', durationMs: 240 }])
})
