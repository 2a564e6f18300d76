import { expect, test } from 'vitest'
import { TestClock } from '../../test/test-clock.ts'
import { Lateness } from './lateness.ts'
import { Ticker } from './ticker.ts'

function start(clock = new TestClock()): { ticker: Ticker; turns: { slot: number; frame: number; atMs: number }[] } {
  const turns: { slot: number; frame: number; atMs: number }[] = []
  const ticker = new Ticker(clock, (slot, frame) => turns.push({ slot, frame, atMs: clock.now() }))
  ticker.start()
  return { ticker, turns }
}

test('each slot has its turn every 20 ms, 5 ms apart', async () => {
  const clock = new TestClock()
  const { turns } = start(clock)
  await clock.advance(60)
  expect(turns).toHaveLength(12)
  for (const [index, { slot, atMs }] of turns.entries()) {
    expect(slot).toBe((index + 1) % 4)
    expect(atMs).toBe(1_000 + 5 * (index + 1))
  }
})

/** A clock whose timers fire late. */
class LateClock extends TestClock {
  lateMs = 0

  override at(timeMs: number, callback: () => void): () => void {
    return super.at(timeMs + this.lateMs, callback)
  }
}

test('turns that come late are made up for, and do not put off those after them', async () => {
  const clock = new LateClock()
  const { ticker, turns } = start(clock)
  clock.lateMs = 13
  await clock.advance(10_000)
  expect(turns.length).toBeGreaterThanOrEqual(1_996)
  const late = ticker.lateness.take()
  expect(late.maxMs).toBeGreaterThan(4)
  expect(late.maxMs).toBeLessThanOrEqual(13)
})

test('whoever handles packets lets turns that are late have their turn, and no others', async () => {
  const clock = new LateClock()
  const { ticker, turns } = start(clock)
  clock.lateMs = 50
  await clock.advance(5)
  turns.length = 0
  for (let packet = 0; packet < 40; packet++) {
    await clock.advance(0.5)
    ticker.catchUp(clock.now())
  }
  expect(turns.map(({ atMs }) => atMs - 1_000)).toEqual([11.5, 16.5, 21.5])
  ticker.stop()
  await clock.advance(100)
  ticker.catchUp(clock.now())
  expect(turns).toHaveLength(3)
})

test('a packet that is handled within a turn does not begin another', async () => {
  const clock = new TestClock()
  const turns: number[] = []
  const ticker = new Ticker(clock, (slot) => {
    turns.push(slot)
    ticker.catchUp(clock.now() + 1_000)
  })
  ticker.start()
  await clock.advance(20)
  expect(turns).toEqual([1, 2, 3, 0])
})

test('after a long stall turns are left out, and frames count on', async () => {
  const clock = new LateClock()
  const { turns } = start(clock)
  await clock.advance(100)
  clock.lateMs = 5_000
  await clock.advance(10)
  clock.lateMs = 0
  turns.length = 0
  await clock.advance(5_100)
  expect(turns.length).toBeLessThan(60)
  expect(turns.at(-1)?.frame).toBe(Math.floor((clock.now() - 1_000) / 20))
})

test('a ticker that is stopped has no timer', () => {
  const clock = new TestClock()
  const { ticker } = start(clock)
  ticker.stop()
  expect(clock.pending).toBe(0)
})

test('a turn that throws does not end the beat', async () => {
  const clock = new TestClock()
  let turns = 0
  const ticker = new Ticker(clock, () => {
    if (++turns === 3) throw new Error('a defect')
  })
  ticker.start()
  await expect(clock.advance(100)).rejects.toThrow('a defect')
  await clock.advance(100)
  expect(turns).toBeGreaterThan(20)
})

test('Lateness tells the 99th of a hundred and the worst, since the last time', () => {
  const lateness = new Lateness()
  for (let tick = 0; tick < 990; tick++) lateness.add(0.3)
  for (let tick = 0; tick < 10; tick++) lateness.add(7.1)
  expect(lateness.take()).toEqual({ ticks: 1_000, p99Ms: 0.5, maxMs: 7.1 })
  expect(lateness.take()).toEqual({ ticks: 0, p99Ms: 0, maxMs: 0 })
})

/** A clock that goes on while a turn is taken. */
class BusyClock extends TestClock {
  busyMs = 0

  override now(): number {
    return super.now() + this.busyMs
  }
}

test('turns that take longer than their time do not keep the event loop for themselves', () => {
  const clock = new BusyClock()
  let turns = 0
  const ticker = new Ticker(clock, () => {
    clock.busyMs += 6
    if (++turns > 100) throw new Error('nothing else has its turn any more')
  })
  ticker.start()
  clock.busyMs = 21
  ticker.catchUp(clock.now())
  expect(turns).toBe(4)
})
