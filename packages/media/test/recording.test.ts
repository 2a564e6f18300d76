import { expect, test } from 'vitest'
import type { RecordOptions } from '../src/media-engine.ts'
import { level, levelOf } from './listen.ts'
import { TestNode } from './test-node.ts'
import { readWav } from './wav-files.ts'

const recordOf = (parts: Partial<RecordOptions> = {}): RecordOptions => ({
  ...{ id: 'rec', subject: { kind: 'leg', id: 'one' }, direction: 'both', file: 'rec.wav', maxDurationMs: 0, endSilenceMs: 0 },
  ...{ endDigits: '', beep: false, ...parts },
})

async function talk(): Promise<TestNode> {
  const node = new TestNode()
  const [one, other] = [await node.phone('one'), await node.phone('other')]
  node.bridge('bridge', ['one', 'other'])
  one.say({ frequency: 440 })
  other.say({ frequency: 1_000 })
  await node.clock.advance(500)
  return node
}

test('both sides of a forwarded leg are recorded, each on a channel of its own', async () => {
  const node = await talk()
  node.engine.record(recordOf())
  await node.clock.advance(3_000)
  node.engine.stopRecord('rec')
  await node.clock.advance(100)
  const { rate, channels } = readWav(node.files.get('rec.wav'))
  expect(rate).toBe(8_000)
  expect(channels.map(({ length }) => length)).toEqual([24_000, 24_000])
  const [said, heard] = channels.map((channel) => channel.subarray(8_000))
  if (!said || !heard) throw new Error('no channels')
  expect(levelOf(said, 440)).toBeCloseTo(-13, 0)
  expect(levelOf(said, 1_000)).toBeLessThan(-50)
  expect(levelOf(heard, 1_000)).toBeCloseTo(-13, 0)
  expect(node.of('recording.started')).toHaveLength(1)
  expect(node.of('recording.ended')).toEqual([
    {
      type: 'recording.ended',
      id: 'rec',
      subject: { kind: 'leg', id: 'one' },
      reason: 'stopped',
      durationMs: 3_000,
      octets: 96_044,
      file: 'rec.wav',
    },
  ])
  expect(node.files.open).toBe(0)
})

test('a bridge is recorded as all of it sounds', async () => {
  const node = await talk()
  node.engine.record(recordOf({ subject: { kind: 'bridge', id: 'bridge' } }))
  await node.clock.advance(2_000)
  node.engine.destroyBridge('bridge')
  await node.clock.advance(100)
  const [mix] = readWav(node.files.get('rec.wav')).channels
  expect(levelOf(mix?.subarray(4_000) ?? new Int16Array(), 440)).toBeCloseTo(-13, 0)
  expect(levelOf(mix?.subarray(4_000) ?? new Int16Array(), 1_000)).toBeCloseTo(-13, 0)
  expect(node.of('recording.ended')[0]).toMatchObject({ reason: 'bridge_closed', durationMs: 2_000 })
})

test('what does not come is silence in its place, so that the recording stays in time', async () => {
  const node = new TestNode()
  const phone = await node.phone('one')
  node.engine.record(recordOf({ direction: 'in' }))
  await node.clock.advance(1_000)
  phone.say({ frequency: 440 })
  await node.clock.advance(1_000)
  phone.hush()
  await node.clock.advance(1_000)
  node.engine.stopRecord('rec')
  await node.clock.advance(100)
  const [said] = readWav(node.files.get('rec.wav')).channels
  if (!said) throw new Error('no channel')
  expect(said).toHaveLength(24_000)
  expect(level(said.subarray(0, 7_900))).toBe(-120)
  expect(levelOf(said.subarray(8_800, 15_800), 440)).toBeCloseTo(-13, 0)
  expect(level(said.subarray(17_200))).toBe(-120)
})

test('what is on the disk can be played while it still grows', async () => {
  const node = await talk()
  node.engine.record(recordOf())
  await node.clock.advance(2_500)
  const { channels } = readWav(node.files.get('rec.wav'))
  expect(channels[0]?.length).toBeGreaterThanOrEqual(12_000)
})

test('a recording ends at its limit, on a digit, and after silence', async () => {
  const node = new TestNode()
  const phone = await node.phone('one')
  phone.say({ frequency: 440 })
  node.engine.record(recordOf({ id: 'limit', file: 'limit.wav', maxDurationMs: 1_000 }))
  node.engine.record(recordOf({ id: 'digit', file: 'digit.wav', endDigits: '*#' }))
  node.engine.record(recordOf({ id: 'silence', file: 'silence.wav', direction: 'in', endSilenceMs: 2_000 }))
  await node.clock.advance(1_500)
  phone.press('1')
  await node.clock.advance(500)
  phone.press('#')
  await node.clock.advance(500)
  phone.hush()
  await node.clock.advance(3_000)
  expect(node.of('recording.ended').map(({ id, reason }) => [id, reason])).toEqual([
    ['limit', 'limit'],
    ['digit', 'digit'],
    ['silence', 'silence'],
  ])
  expect(node.of('recording.ended')[0]?.durationMs).toBe(1_000)
  expect(node.of('recording.ended')[2]?.durationMs).toBeGreaterThan(4_000)
})

test('a beep is heard before the recording, and is not in it', async () => {
  const node = new TestNode()
  const phone = await node.phone('one')
  phone.say({ frequency: 440 })
  node.engine.record(recordOf({ beep: true }))
  await node.clock.advance(200)
  expect(node.of('recording.started')).toHaveLength(0)
  await node.clock.advance(1_000)
  await node.engine.closeLeg('one')
  expect(levelOf(phone.heard().subarray(0, 1_600), 1_400)).toBeGreaterThan(-15)
  const [said, heard] = readWav(node.files.get('rec.wav')).channels
  expect(levelOf(said ?? new Int16Array(), 440)).toBeGreaterThan(-15)
  expect(level(heard ?? new Int16Array(1))).toBe(-120)
  expect(node.of('recording.ended')[0]?.reason).toBe('leg_closed')
})

test('a disk that fails is told once, and nothing else ends', async () => {
  const node = await talk()
  node.engine.record(recordOf())
  await node.clock.advance(1_500)
  node.files.writeError = new Error('ENOSPC: no space left on device')
  await node.clock.advance(3_000)
  expect(node.of('recording.failed').map(({ id, error }) => [id, error])).toEqual([['rec', 'ENOSPC: no space left on device']])
  expect(node.of('recording.ended')).toEqual([])
  expect(await node.engine.stats()).toMatchObject({ legs: 2, recordings: 0 })
})

test('turns that a stalled process left out are silence in their place', async () => {
  const node = new TestNode()
  const phone = await node.phone('one')
  phone.say({ frequency: 440 })
  node.engine.record(recordOf({ direction: 'in' }))
  await node.clock.advance(1_000)
  await node.clock.stall(2_000)
  await node.clock.advance(1_000)
  node.engine.stopRecord('rec')
  await node.clock.advance(100)
  expect(Math.abs((node.of('recording.ended')[0]?.durationMs ?? 0) - 4_000)).toBeLessThanOrEqual(40)
})
