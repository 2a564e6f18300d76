import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { Engine } from '../src/engine/engine.ts'
import { startThreadWorker } from '../src/engine/thread-worker.ts'
import { createMediaEngine, type MediaEngine, type MediaEvent } from '../src/index.ts'
import { level, levelOf } from './listen.ts'
import { LivePhone } from './live-phone.ts'
import { readWav } from './wav-files.ts'

const closers: (() => void | Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

type Live = { readonly engine: MediaEngine; readonly events: MediaEvent[] }

function listen(engine: MediaEngine): Live {
  const events: MediaEvent[] = []
  engine.onEvent((event) => events.push(event))
  closers.push(() => engine.close())
  return { engine, events }
}

const start = (): Live => listen(createMediaEngine({ workers: 2, firstPort: 21_000, lastPort: 21_999 }))

async function phone({ engine }: Live, id: string, frequency: number, affinity = 'call'): Promise<LivePhone> {
  const made = await LivePhone.open(frequency)
  closers.push(() => made.close())
  const local = await engine.openLeg({ id, affinity, localAddress: '127.0.0.1' })
  engine.connectLeg(id, made.media)
  made.talk(local)
  return made
}

/** Until a tone is heard well, whatever the load of the machine. */
async function hears(by: LivePhone, frequency: number, dB = -16): Promise<void> {
  await vi.waitFor(async () => expect(levelOf((await by.hear(300)).subarray(0, 2_400), frequency)).toBeGreaterThan(dB), { timeout: 15_000 })
}

test('a leg in a worker thread echoes, is recorded and leaves nothing', async () => {
  const live = start()
  const { engine, events } = live
  const folder = mkdtempSync(join(tmpdir(), 'voipbin-media-'))
  closers.push(() => rmSync(folder, { recursive: true }))
  const one = await phone(live, 'leg', 440)
  engine.setEcho('leg', true)
  const file = join(folder, 'echo.wav')
  const subject = { kind: 'leg', id: 'leg' } as const
  engine.record({ id: 'rec', subject, direction: 'both', file, maxDurationMs: 0, endSilenceMs: 0, endDigits: '', beep: false })
  await hears(one, 440)
  expect(await engine.stats()).toMatchObject({ workers: 2, legs: 1, ports: 1, recordings: 1 })
  expect(await engine.closeLeg('leg')).toMatchObject({ codec: 'PCMU' })
  expect(events).toContainEqual({ type: 'leg.media', leg: 'leg' })
  expect(events.find(({ type }) => type === 'recording.ended')).toMatchObject({ reason: 'leg_closed', file })
  expect(existsSync(file) && readWav(readFileSync(file)).channels).toHaveLength(2)
  expect(await engine.stats()).toMatchObject({ legs: 0, ports: 0, recordings: 0 })
})

test('legs of two workers hear each other in a bridge of one of them, digits included, and part without a trace', async () => {
  const live = start()
  const { engine, events } = live
  const [one, other] = [await phone(live, 'one', 440, 'first'), await phone(live, 'other', 1_000, 'second')]
  engine.createBridge({ id: 'bridge', affinity: 'first' })
  for (const leg of ['one', 'other']) engine.join({ leg, bridge: 'bridge', mute: 'none', passDigits: true })
  await hears(one, 1_000)
  await hears(other, 440)
  expect(other.ssrcs.size).toBe(1)
  engine.receiveInfoDigit('other', '5', 100)
  await vi.waitFor(() => expect(one.digits).toEqual(['5']), { timeout: 10_000 })
  expect(events.filter(({ type }) => type === 'leg.digit').map((event) => 'leg' in event && event.leg)).toEqual(['other'])
  expect(await engine.stats()).toMatchObject({ legs: 2, bridges: 1 })
  engine.leave('other')
  await vi.waitFor(() => expect(events).toContainEqual({ type: 'bridge.left', leg: 'other', bridge: 'bridge' }), { timeout: 10_000 })
  engine.join({ leg: 'other', bridge: 'bridge', mute: 'none', passDigits: true })
  await hears(one, 1_000)
  engine.destroyBridge('bridge')
  await vi.waitFor(() => expect(events.filter(({ type }) => type === 'bridge.left')).toHaveLength(3), { timeout: 10_000 })
  await Promise.all(['one', 'other'].map((leg) => engine.closeLeg(leg)))
  expect(await engine.stats()).toMatchObject({ legs: 0, bridges: 0, ports: 0 })
  expect(events.some((event) => JSON.stringify(event).includes('link:'))).toBe(false)
})

test('a worker that dies takes its own legs with it and no others, and another takes its place', async () => {
  const settings = { musicFiles: [], country: 'us' }
  const entry = new URL('./crashing-worker.ts', import.meta.url)
  const ports = { firstPort: 22_000, lastPort: 22_999, restMs: 10_000 }
  const startWorker = startThreadWorker(settings, { entry })
  const live = listen(new Engine({ ports, workers: 2, startWorker, now: () => performance.now(), random: Math.random }))
  const { engine, events } = live
  await phone(live, 'doomed', 440, 'first')
  const other = await phone(live, 'other', 1_000, 'second')
  engine.createBridge({ id: 'bridge', affinity: 'first' })
  engine.join({ leg: 'other', bridge: 'bridge', mute: 'none', passDigits: true })
  const subject = { kind: 'leg', id: 'doomed' } as const
  const play = (id: string) => engine.play({ id, subject, sources: [{ tone: 'dial' }], mode: 'queue', stopOn: '', loops: 1 })
  play('tone')
  await vi.waitFor(() => expect(events.map(({ type }) => type)).toContain('bridge.joined'), { timeout: 10_000 })
  play('crash')
  await vi.waitFor(() => expect(events.map(({ type }) => type)).toContain('worker.lost'), { timeout: 10_000 })
  const error = 'Media worker lost: as it was told'
  const ended = { type: 'playback.ended', subject, reason: 'failed', playedMs: 0, error }
  expect(events.slice(-4)).toEqual([
    { ...ended, id: 'tone' },
    { ...ended, id: 'crash' },
    { type: 'bridge.left', leg: 'other', bridge: 'bridge' },
    { type: 'worker.lost', legs: ['doomed'], bridges: ['bridge'], error },
  ])
  engine.setEcho('other', true)
  await hears(other, 1_000)
  await phone(live, 'new', 700, 'third')
  expect(await engine.stats()).toMatchObject({ workers: 2, legs: 2, ports: 2 })
  expect(await engine.closeLeg('doomed')).toBeUndefined()
})

test('a worker that hangs is given up: its legs are told lost, others go on, and another takes its place', async () => {
  const entry = new URL('./crashing-worker.ts', import.meta.url)
  const ports = { firstPort: 24_000, lastPort: 24_999, restMs: 10_000 }
  const startWorker = startThreadWorker({ musicFiles: [], country: 'us' }, { entry, checkMs: 600 })
  const live = listen(new Engine({ ports, workers: 2, startWorker, now: () => performance.now(), random: Math.random }))
  const { engine, events } = live
  await phone(live, 'doomed', 440, 'first')
  await phone(live, 'closing', 700, 'first')
  const other = await phone(live, 'other', 1_000, 'second')
  engine.play({ id: 'hang', subject: { kind: 'leg', id: 'doomed' }, sources: [{ tone: 'dial' }], mode: 'queue', stopOn: '', loops: 1 })
  const closing = engine.closeLeg('closing')
  const lost = () => events.filter(({ type }) => type === 'worker.lost')
  await vi.waitFor(() => expect(lost()).toHaveLength(1), { timeout: 15_000 })
  expect(lost()).toEqual([{ type: 'worker.lost', legs: ['doomed'], bridges: [], error: 'Media worker lost: it hangs' }])
  expect(await closing).toBeUndefined()
  engine.setEcho('other', true)
  await hears(other, 1_000)
  await phone(live, 'new', 700, 'third')
  expect(await engine.stats()).toMatchObject({ workers: 2, legs: 2, ports: 2 })
})

test('what cannot be sent is counted and ends nothing', async () => {
  const live = start()
  const { engine, events } = live
  const one = await phone(live, 'leg', 440)
  const outside = { ...one.media, remoteAddress: '203.0.113.1', remoteRtpPort: 9_999, signallingAddress: '203.0.113.1' }
  await engine.openLeg({ id: 'outside', affinity: 'call', localAddress: '127.0.0.1' })
  engine.connectLeg('outside', outside)
  engine.setBackground('outside', 'moh')
  engine.setEcho('leg', true)
  await hears(one, 440)
  expect((await engine.stats()).sendErrors).toBeGreaterThan(0)
  expect(events.map(({ type }) => type)).not.toContain('worker.lost')
})

test('a phone whose clock runs 2 % fast is heard on for as long as it speaks', async () => {
  const live = start()
  const one = await LivePhone.open(440)
  closers.push(() => one.close())
  one.skewPpm = 20_000
  const local = await live.engine.openLeg({ id: 'leg', affinity: 'call', localAddress: '127.0.0.1' })
  live.engine.connectLeg('leg', one.media)
  live.engine.setEcho('leg', true)
  one.talk(local)
  const heard = await one.hear(5_000)
  const loud: number[] = []
  for (let at = 8_000; at + 800 <= heard.length; at += 800) loud.push(level(heard.subarray(at, at + 800)))
  // A machine that is busy may lose a moment; a clock that is not followed would lose one after the other.
  expect(loud.filter((dB) => dB < -20).length).toBeLessThan(loud.length / 10)
})

test.skipIf(!existsSync('/proc/net/udp'))('legs that come and go leave no socket open', async () => {
  const ports = { firstPort: 23_000, lastPort: 23_999, restMs: 0 }
  const startWorker = startThreadWorker({ musicFiles: [], country: 'us' })
  const { engine } = listen(new Engine({ ports, workers: 1, startWorker, now: () => performance.now(), random: Math.random }))
  const openAndClose = async (round: number) => {
    const ids = Array.from({ length: 50 }, (_, index) => `${round}/${index}`)
    await Promise.all(ids.map((id) => engine.openLeg({ id, affinity: id, localAddress: '127.0.0.1' })))
    expect(openSockets(23_000, 23_999)).toBe(100)
    await Promise.all(ids.map((id) => engine.closeLeg(id)))
  }
  for (let round = 0; round < 6; round++) await openAndClose(round)
  await vi.waitFor(() => expect(openSockets(23_000, 23_999)).toBe(0), { timeout: 10_000 })
  expect(await engine.stats()).toMatchObject({ legs: 0, ports: 0 })
})

/** UDP sockets of the machine that are bound to these ports. */
function openSockets(first: number, last: number): number {
  const lines = readFileSync('/proc/net/udp', 'latin1').split('\n').slice(1)
  const ports = lines.map((line) => Number.parseInt(line.trim().split(/[\s:]+/)[2] ?? '', 16))
  return ports.filter((port) => port >= first && port <= last).length
}
