import { expect, test } from 'vitest'
import { level, levelOf } from './listen.ts'
import type { Conditions } from './test-network.ts'
import { TestNode } from './test-node.ts'
import { jumps, PCMA, type TestPhone } from './test-phone.ts'

/** What is not the tone against the tone, in dB, over windows of 100 ms: gaps and joints sound as noise. */
function noise(samples: Int16Array, frequency: number): number {
  let [all, tone] = [0, 0]
  for (let at = 0; at + 800 <= samples.length; at += 800) {
    const window = samples.subarray(at, at + 800)
    all += 10 ** (level(window) / 10)
    tone += 10 ** (levelOf(window, frequency) / 10)
  }
  return 10 * Math.log10(Math.max(1e-6, (all - tone) / tone))
}

/** Three in a room, so that all is decoded; two of them hush. */
async function room(
  conditions: Conditions,
  options: { skewPpm?: number } = {},
): Promise<{ node: TestNode; speaker: TestPhone; listener: TestPhone }> {
  const node = new TestNode()
  node.network.conditions = conditions
  const speaker = await node.phone('speaker', options)
  const listener = await node.phone('listener', { codec: PCMA })
  await node.phone('third')
  node.bridge('bridge', ['speaker', 'listener', 'third'])
  speaker.say({ frequency: 440 })
  await node.clock.advance(2_000)
  return { node, speaker, listener }
}

test.each([
  [{ loss: 0.01 }, -25],
  [{ loss: 0.03 }, -22],
  [{ loss: 0.05 }, -20],
  [{ jitterMs: 30 }, -28],
  [{ jitterMs: 60 }, -28],
  [{ delayMs: 20, jitterMs: 30, loss: 0.01 }, -25],
] as const)('a voice through %j is still one voice', async (conditions, most) => {
  const { node, listener } = await room(conditions)
  const since = node.clock.now()
  await node.clock.advance(10_000)
  const heard = listener.heard(since)
  expect(levelOf(heard.subarray(0, 8_000), 440)).toBeGreaterThan(-16)
  expect(noise(heard, 440)).toBeLessThan(most)
  const quality = await node.engine.closeLeg('speaker')
  expect(quality?.lossPercent).toBeLessThanOrEqual(100 * ('loss' in conditions ? conditions.loss : 0) * 2 + 0.01)
  if ('loss' in conditions) expect(quality?.packetsLost).toBeGreaterThan(0)
})

test('another SSRC in the middle of a call is heard on', async () => {
  const { node, speaker, listener } = await room({})
  speaker.changeSsrc(4_711)
  await node.clock.advance(200)
  const since = node.clock.now()
  await node.clock.advance(2_000)
  expect(levelOf(listener.heard(since), 440)).toBeCloseTo(-13, 0)
  expect(jumps(listener.packets)).toEqual([])
})

test.each([2_000, -2_000])('a clock that runs %i ppm off is followed for 30 s', async (skewPpm) => {
  const { node, listener } = await room({}, { skewPpm })
  const since = node.clock.now()
  await node.clock.advance(30_000)
  const heard = listener.heard(since)
  expect(noise(heard.subarray(heard.length - 80_000), 440)).toBeLessThan(-8)
  for (let at = 8_000; at < heard.length; at += 8_000) expect(level(heard.subarray(at - 8_000, at))).toBeGreaterThan(-14)
})

test('an hour with a clock that is 100 ppm off leaves the delay as it was', async () => {
  const { node, speaker, listener } = await room({}, { skewPpm: 100 })
  speaker.say({ frequency: 440, dB: -16 })
  listener.isDeaf = true
  await node.clock.advance(3_600_000)
  listener.isDeaf = false
  listener.packets.length = 0
  await node.clock.advance(4_000)
  expect(noise(listener.heard(), 440)).toBeLessThan(-15)
  const before = node.clock.now()
  speaker.say({ frequency: 1_000 })
  await node.clock.advance(400)
  const late = listener.packets.find(({ atMs, samples }) => atMs > before && levelOf(samples, 1_000) > -20)
  expect((late?.atMs ?? Number.POSITIVE_INFINITY) - before).toBeLessThanOrEqual(100)
}, 120_000)
