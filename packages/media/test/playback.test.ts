import { expect, test } from 'vitest'
import type { PlayOptions } from '../src/media-engine.ts'
import { level, levelOf, sine } from './listen.ts'
import { TestNode } from './test-node.ts'
import { jumps, type TestPhone } from './test-phone.ts'
import { wavFile } from './wav-files.ts'

const playOf = (parts: Partial<PlayOptions> = {}): PlayOptions => ({
  ...{ id: 'play', subject: { kind: 'leg', id: 'leg' }, sources: [{ file: 'a.wav' }], mode: 'replace', stopOn: '', loops: 1, ...parts },
})

/** A leg, and files of a second each: a.wav of 440 Hz, b.wav of 700 Hz. */
async function start(): Promise<{ node: TestNode; phone: TestPhone }> {
  const node = new TestNode()
  node.files.put('a.wav', wavFile({ channels: [sine({ frequency: 440, ms: 1_000 })] }))
  node.files.put('b.wav', wavFile({ rate: 44_100, channels: [sine({ frequency: 700, ms: 1_000, rate: 44_100 })] }))
  return { node, phone: await node.phone('leg') }
}

const ends = (node: TestNode) => node.of('playback.ended').map(({ id, reason, playedMs }) => [id, reason, playedMs])

test('a list is played without gaps, as often as asked for', async () => {
  const { node, phone } = await start()
  node.engine.play(playOf({ sources: [{ file: 'a.wav' }, { silenceMs: 500 }, { file: 'b.wav' }, { tone: 'beep' }], loops: 2 }))
  await node.clock.advance(7_000)
  expect(ends(node)).toEqual([['play', 'finished', 5_520]])
  const heard = phone.heard()
  expect(heard).toHaveLength(5_520 * 8)
  for (const loop of [0, 2_760 * 8]) {
    expect(levelOf(heard.subarray(loop, loop + 8_000), 440)).toBeCloseTo(-13, 0)
    expect(level(heard.subarray(loop + 8_000, loop + 12_000))).toBe(-120)
    expect(levelOf(heard.subarray(loop + 12_000, loop + 20_000), 700)).toBeCloseTo(-13, 0)
    expect(levelOf(heard.subarray(loop + 20_000, loop + 22_000), 1_400)).toBeGreaterThan(-15)
  }
  expect(jumps(phone.packets)).toEqual([])
  expect(node.files.open).toBe(0)
})

test('without an end it goes on until it is stopped', async () => {
  const { node } = await start()
  node.engine.play(playOf({ loops: 0 }))
  await node.clock.advance(60_000)
  expect(ends(node)).toEqual([])
  node.engine.stopPlay('play')
  await node.clock.advance(100)
  expect(node.of('playback.ended')[0]).toMatchObject({ reason: 'stopped' })
  expect(node.of('playback.ended')[0]?.playedMs).toBeGreaterThan(59_900)
  expect(node.files.open).toBe(0)
})

test('one waits for the other, or takes its place', async () => {
  const { node } = await start()
  node.engine.play(playOf({ id: 'first' }))
  node.engine.play(playOf({ id: 'second', mode: 'queue' }))
  await node.clock.advance(1_500)
  node.engine.play(playOf({ id: 'third', mode: 'replace' }))
  await node.clock.advance(2_000)
  expect(ends(node).map(([id, reason]) => [id, reason])).toEqual([
    ['first', 'finished'],
    ['second', 'replaced'],
    ['third', 'finished'],
  ])
  expect(node.of('playback.started').map(({ id }) => id)).toEqual(['first', 'second', 'third'])
})

test('a digit that it waits for ends it, another does not', async () => {
  const { node, phone } = await start()
  phone.say({ frequency: 300 })
  node.engine.play(playOf({ stopOn: '*#', loops: 0 }))
  await node.clock.advance(500)
  phone.press('1')
  await node.clock.advance(500)
  expect(ends(node)).toEqual([])
  phone.press('#')
  await node.clock.advance(500)
  expect(ends(node).map(([id, reason]) => [id, reason])).toEqual([['play', 'digit']])
})

test('a digit of any leg ends what is played on a bridge', async () => {
  const { node, phone } = await start()
  await node.phone('other')
  node.bridge('bridge', ['leg', 'other'])
  phone.say({ frequency: 300 })
  node.engine.play(playOf({ subject: { kind: 'bridge', id: 'bridge' }, stopOn: '5', loops: 0 }))
  await node.clock.advance(500)
  phone.press('5')
  await node.clock.advance(500)
  expect(ends(node).map(([, reason]) => reason)).toEqual(['digit'])
})

test.each([
  [{ file: 'missing.wav' }, 'ENOENT'],
  [{ tone: 'dial/xx' }, 'there is no tone "dial/xx"'],
] as const)('what cannot be played is told: %j', async (source, error) => {
  const { node, phone } = await start()
  node.engine.play(playOf({ sources: [source, { file: 'a.wav' }] }))
  await node.clock.advance(500)
  expect(node.of('playback.started')).toEqual([])
  expect(node.of('playback.ended')).toMatchObject([{ reason: 'failed', playedMs: 0, error: expect.stringContaining(error) }])
  expect(phone.heard()).toHaveLength(0)
})

test('a list in which nothing can be heard ends, however often it is to be played', async () => {
  const { node } = await start()
  node.files.put('empty.wav', wavFile({ channels: [new Int16Array(0)] }))
  node.engine.play(playOf({ sources: [{ file: 'empty.wav' }, { silenceMs: 0 }], loops: 0 }))
  node.engine.play(playOf({ id: 'none', sources: [], mode: 'queue' }))
  await node.clock.advance(500)
  expect(ends(node).map(([id, reason]) => [id, reason])).toEqual([
    ['play', 'finished'],
    ['none', 'finished'],
  ])
})

test('what is open on a leg ends before the leg does', async () => {
  const { node } = await start()
  node.engine.play(playOf({ id: 'playing' }))
  node.engine.play(playOf({ id: 'waiting', mode: 'queue' }))
  await node.clock.advance(500)
  await node.engine.closeLeg('leg')
  expect(ends(node).map(([id, reason]) => [id, reason])).toEqual([
    ['playing', 'leg_closed'],
    ['waiting', 'leg_closed'],
  ])
  expect(node.files.open).toBe(0)
})

test('music on hold comes from the files that were given', async () => {
  const node = new TestNode({ musicFiles: ['a.wav', 'b.wav'] })
  node.files.put('a.wav', wavFile({ channels: [sine({ frequency: 440, ms: 1_000 })] }))
  node.files.put('b.wav', wavFile({ channels: [sine({ frequency: 700, ms: 1_000 })] }))
  const phone = await node.phone('leg')
  node.engine.setBackground('leg', 'moh')
  await node.clock.advance(4_200)
  const heard = phone.heard()
  for (const at of [800, 16_800]) expect(levelOf(heard.subarray(at, at + 6_400), 440)).toBeCloseTo(-13, 0)
  for (const at of [8_800, 24_800]) expect(levelOf(heard.subarray(at, at + 6_400), 700)).toBeCloseTo(-13, 0)
})

test('a leg hears ringback in the background until it is taken away', async () => {
  const { node, phone } = await start()
  node.engine.setBackground('leg', 'ringback')
  await node.clock.advance(2_000)
  expect(levelOf(phone.heard(), 480)).toBeGreaterThan(-21)
  node.engine.setBackground('leg', 'none')
  const since = node.clock.now()
  await node.clock.advance(2_000)
  expect(phone.heard(since)).toHaveLength(0)
})

test.each([10, 30, 40, 60])('packets of %i ms leave evenly and sound as they should', async (ptimeMs) => {
  const node = new TestNode()
  node.files.put('a.wav', wavFile({ channels: [sine({ frequency: 440, ms: 3_000 })] }))
  const phone = await node.phone('leg', { ptimeMs })
  node.engine.play(playOf())
  await node.clock.advance(3_000)
  const audio = phone.packets.slice(1)
  expect(new Set(audio.map(({ samples }) => samples.length))).toEqual(new Set([ptimeMs * 8]))
  const gaps = audio.slice(1).map(({ atMs }, index) => Math.round(atMs - (audio[index]?.atMs ?? 0)))
  const most = ptimeMs % 20 === 0 || ptimeMs < 20 ? ptimeMs : ptimeMs + 10 // 30 ms come by 20 and 40
  expect(Math.max(...gaps)).toBe(most)
  expect(Math.min(...gaps)).toBe(2 * ptimeMs - most)
  expect(levelOf(phone.heard().subarray(0, 20_000), 440)).toBeCloseTo(-13, 0)
  expect(jumps(phone.packets)).toEqual([])
})

test('a recording whose leg goes before the beep is over has failed, not vanished', async () => {
  const { node } = await start()
  const subject = { kind: 'leg', id: 'leg' } as const
  const record = { subject, direction: 'in', maxDurationMs: 0, endSilenceMs: 0, endDigits: '', beep: true } as const
  node.engine.record({ ...record, id: 'stopped', file: 'one.wav' })
  node.engine.record({ ...record, id: 'closed', file: 'two.wav' })
  await node.clock.advance(60)
  node.engine.stopRecord('stopped')
  await node.engine.closeLeg('leg')
  expect(node.of('recording.failed').map(({ id }) => id)).toEqual(['stopped', 'closed'])
  expect(node.of('recording.started')).toEqual([])
})

test.each([
  [0, 10],
  [7, 10],
  [Number.NaN, 20],
  [35, 40],
  [5_000, 60],
])('a packet time of %s ms is taken as %i', async (ptimeMs, taken) => {
  const { node, phone } = await start()
  node.engine.connectLeg('leg', phone.media({ ptimeMs }))
  node.engine.play(playOf())
  await node.clock.advance(1_000)
  expect(new Set(phone.packets.map(({ samples }) => samples.length))).toEqual(new Set([taken * 8]))
})
