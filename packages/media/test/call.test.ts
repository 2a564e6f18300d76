import { expect, test } from 'vitest'
import { level, levelOf } from './listen.ts'
import { TestNode } from './test-node.ts'
import { jumps, L16, PCMA } from './test-phone.ts'

test('an echo comes back as it was said', async () => {
  const node = new TestNode()
  const phone = await node.phone('leg')
  node.engine.setEcho('leg', true)
  phone.say({ frequency: 440 })
  await node.clock.advance(1_000)
  const since = node.clock.now()
  await node.clock.advance(1_000)
  expect(levelOf(phone.heard(since), 440)).toBeCloseTo(-13, 0)
  expect(phone.heard(since)).toHaveLength(8_000)
  expect(jumps(phone.packets)).toEqual([])
  expect(node.of('leg.media')).toEqual([{ type: 'leg.media', leg: 'leg' }])
})

test('two legs that agree are forwarded undecoded: each hears the other, at once and in every packet', async () => {
  const node = new TestNode()
  const [one, other] = [await node.phone('one'), await node.phone('other')]
  node.bridge('bridge', ['one', 'other'])
  one.say({ frequency: 440 })
  other.say({ frequency: 1_000 })
  await node.clock.advance(2_000)
  expect(one.packets.length).toBeGreaterThanOrEqual(100)
  expect(levelOf(one.heard(), 1_000)).toBeCloseTo(-13, 0)
  expect(levelOf(one.heard(), 440)).toBeLessThan(-50)
  expect(levelOf(other.heard(), 440)).toBeCloseTo(-13, 0)
  expect([...jumps(one.packets), ...jumps(other.packets)]).toEqual([])
  expect(new Set(one.packets.map(({ ssrc }) => ssrc)).has(other.options.port)).toBe(false) // the SSRC is ours
})

test('legs of different codecs, rates and packet times are transcoded', async () => {
  const node = new TestNode()
  const one = await node.phone('one', { codec: PCMA, ptimeMs: 30 })
  const other = await node.phone('other', { codec: L16, ptimeMs: 20 })
  node.bridge('bridge', ['one', 'other'])
  one.say({ frequency: 440 })
  other.say({ frequency: 1_000 })
  await node.clock.advance(1_000)
  const since = node.clock.now()
  await node.clock.advance(1_200)
  expect(levelOf(one.heard(since), 1_000)).toBeCloseTo(-13, 0)
  expect(levelOf(other.heard(since), 440, 16_000)).toBeCloseTo(-13, 0)
  expect(new Set(one.packets.slice(1).map(({ samples }) => samples.length))).toEqual(new Set([240]))
  expect([...jumps(one.packets), ...jumps(other.packets)]).toEqual([])
})

test('in a bridge of three everybody hears the two others and not himself', async () => {
  const node = new TestNode()
  const frequencies = [400, 700, 1_100]
  const phones = [await node.phone('a'), await node.phone('b'), await node.phone('c', { codec: PCMA })]
  node.bridge('bridge', ['a', 'b', 'c'])
  phones.forEach((phone, index) => {
    phone.say({ frequency: frequencies[index] ?? 0 })
  })
  await node.clock.advance(1_000)
  const since = node.clock.now()
  await node.clock.advance(1_000)
  phones.forEach((phone, index) => {
    frequencies.forEach((frequency, speaker) => {
      const heard = levelOf(phone.heard(since), frequency)
      if (speaker === index) expect(heard).toBeLessThan(-45)
      else expect(heard).toBeCloseTo(-13, 0)
    })
    expect(jumps(phone.packets)).toEqual([])
  })
})

test('a tone that is played to a leg is heard by it, and ends', async () => {
  const node = new TestNode()
  const phone = await node.phone('leg')
  const subject = { kind: 'leg', id: 'leg' } as const
  node.engine.play({ id: 'play', subject, sources: [{ tone: 'dial/de', durationMs: 500 }], mode: 'replace', stopOn: '', loops: 1 })
  await node.clock.advance(1_000)
  expect(levelOf(phone.heard(), 425)).toBeCloseTo(-13.5, 0)
  expect(phone.heard()).toHaveLength(4_000)
  expect(node.of('playback.started')).toEqual([{ type: 'playback.started', id: 'play', subject }])
  expect(node.of('playback.ended')).toEqual([{ type: 'playback.ended', id: 'play', subject, reason: 'finished', playedMs: 500, error: '' }])
})

test('each digit is told once, and passed on where the other side is told digits by number', async () => {
  const node = new TestNode()
  const [one, other] = [await node.phone('one'), await node.phone('other', { eventPayloadType: 97 })]
  node.bridge('bridge', ['one', 'other'])
  one.say({ frequency: 440 })
  for (const digit of '159#') {
    one.press(digit)
    await node.clock.advance(300)
  }
  expect(node.of('leg.digit').map(({ digit, durationMs, method }) => [digit, durationMs, method])).toEqual([
    ['1', 100, 'rfc4733'],
    ['5', 100, 'rfc4733'],
    ['9', 100, 'rfc4733'],
    ['#', 100, 'rfc4733'],
  ])
  expect(other.digits).toEqual(['1', '5', '9', '#'])
})

test('a leg that has been closed leaves nothing behind', async () => {
  const node = new TestNode()
  const phone = await node.phone('leg')
  phone.say({ frequency: 440 })
  await node.clock.advance(500)
  const quality = await node.engine.closeLeg('leg')
  expect(quality).toMatchObject({ packetsReceived: 25, packetsLost: 0, codec: 'PCMU' })
  phone.close()
  expect(node.network.boundPorts).toBe(0)
  expect(await node.engine.stats()).toMatchObject({ legs: 0, ports: 0 })
  expect(node.clock.pending).toBe(0)
})

test('music on hold is heard', async () => {
  const node = new TestNode()
  const phone = await node.phone('leg')
  node.engine.setBackground('leg', 'moh')
  await node.clock.advance(2_000)
  expect(level(phone.heard())).toBeGreaterThan(-30)
})

test('an echo of a voice in another codec comes back in the one that was agreed on', async () => {
  const node = new TestNode()
  const phone = await node.phone('leg', { codec: L16 })
  node.engine.connectLeg('leg', phone.media({ codec: PCMA, alternatives: [L16] }))
  node.engine.setEcho('leg', true)
  phone.say({ frequency: 440 })
  await node.clock.advance(1_000)
  expect(phone.packets.at(-1)?.payloadType).toBe(PCMA.sendPayloadType)
  expect(phone.packets.length).toBeGreaterThan(45)
})
