import { expect, test } from 'vitest'
import type { LegCodec, StreamOptions } from '../src/media-engine.ts'
import { level, levelOf, sine } from './listen.ts'
import { TestNode } from './test-node.ts'
import { jumps, L16, PCMU, TestPhone } from './test-phone.ts'
import { wavFile } from './wav-files.ts'

const HOST = '192.0.2.50'
const PORT = 50_000

/** A leg whose party says 440 Hz, and a host that a stream goes to. */
async function start(codec: LegCodec = PCMU) {
  const node = new TestNode()
  const party = await node.phone('leg')
  party.say({ frequency: 440 })
  const host = new TestPhone({ clock: node.clock, sockets: node.network, port: PORT, address: HOST, codec })
  await host.open()
  const open = async (options: Partial<StreamOptions> = {}) => {
    const peer = { address: HOST, port: PORT, localAddress: '198.51.100.1', codec }
    const local = await node.engine.openStream({
      ...{ id: 'stream', subject: { kind: 'leg', id: 'leg' }, listen: 'in', speak: 'none', peer },
      ...options,
    })
    if (typeof local === 'object') host.dial(local)
    return local
  }
  return { node, party, host, open }
}
const queue = { peer: undefined, listen: 'none' } as const

test.each([
  ['in', 440, 700],
  ['out', 700, 440],
] as const)('a stream that listens to %s hears that of its leg and nothing else', async (listen, heard, notHeard) => {
  const { node, host, open } = await start()
  node.files.put('a.wav', wavFile({ channels: [sine({ frequency: 700, ms: 5_000 })] }))
  node.engine.play({ id: 'p', subject: { kind: 'leg', id: 'leg' }, sources: [{ file: 'a.wav' }], mode: 'replace', stopOn: '', loops: 1 })
  await open({ listen })
  await node.clock.advance(2_000)
  const sound = host.heard(1_500)
  expect(levelOf(sound, heard)).toBeGreaterThan(-15)
  expect(levelOf(sound, notHeard)).toBeLessThan(-50)
  expect(jumps(host.packets)).toEqual([])
  expect(host.packets.length).toBeGreaterThan(95)
})

test('one that listens to both hears both, in a codec of its own', async () => {
  const { node, host, open } = await start(L16)
  node.files.put('a.wav', wavFile({ channels: [sine({ frequency: 700, ms: 5_000 })] }))
  node.engine.play({ id: 'p', subject: { kind: 'leg', id: 'leg' }, sources: [{ file: 'a.wav' }], mode: 'replace', stopOn: '', loops: 1 })
  await open({ listen: 'both' })
  await node.clock.advance(2_000)
  const sound = host.heard(1_500)
  for (const frequency of [440, 700]) expect(levelOf(sound, frequency, 16_000)).toBeGreaterThan(-15)
})

test('what a host says the party hears, beside what is played, and the host does not hear itself', async () => {
  const { node, party, host, open } = await start()
  node.files.put('a.wav', wavFile({ channels: [sine({ frequency: 700, ms: 5_000 })] }))
  node.engine.play({ id: 'p', subject: { kind: 'leg', id: 'leg' }, sources: [{ file: 'a.wav' }], mode: 'replace', stopOn: '', loops: 1 })
  await open({ listen: 'both', speak: 'out' })
  host.say({ frequency: 1_000 })
  await node.clock.advance(2_000)
  for (const frequency of [700, 1_000]) expect(levelOf(party.heard(1_500), frequency)).toBeGreaterThan(-15)
  expect(levelOf(host.heard(1_500), 1_000)).toBeLessThan(-45)
  expect(levelOf(host.heard(1_500), 700)).toBeGreaterThan(-15)
})

test('what is said for the party is heard by those whom it talks to, and not by itself', async () => {
  const { node, party, host, open } = await start()
  const other = await node.phone('other')
  node.bridge('bridge', ['leg', 'other'])
  await open({ listen: 'none', speak: 'in' })
  host.say({ frequency: 1_000 })
  await node.clock.advance(2_000)
  for (const frequency of [440, 1_000]) expect(levelOf(other.heard(1_500), frequency)).toBeGreaterThan(-15)
  expect(levelOf(party.heard(1_500), 1_000)).toBeLessThan(-45)
  expect(host.packets).toEqual([])
})

test('a stranger who knows the port is not heard', async () => {
  const { node, party, open } = await start()
  const local = await open({ speak: 'out' })
  const stranger = new TestPhone({ clock: node.clock, sockets: node.network, port: 50_100, address: '192.0.2.66' })
  await stranger.open()
  if (typeof local === 'object') stranger.dial(local)
  stranger.say({ frequency: 1_000 })
  await node.clock.advance(2_000)
  expect(party.heard()).toHaveLength(0)
})

test('one with two parties between whom packets were forwarded has them mixed, and forwarded again when it is closed', async () => {
  const { node, open } = await start()
  const other = await node.phone('other')
  node.bridge('bridge', ['leg', 'other'])
  await node.clock.advance(500)
  const before = other.packets.length
  await open({ listen: 'none', speak: 'in', peer: undefined })
  await node.clock.advance(500)
  node.engine.closeStream('stream')
  await node.clock.advance(500)
  expect(other.packets.length - before).toBeGreaterThan(47)
  expect(jumps(other.packets)).toEqual([])
  expect(levelOf(other.heard(2_000), 440)).toBeGreaterThan(-15)
})

test('what a queue is fed is said in order, each mark told when all before it was heard', async () => {
  const { node, party, open } = await start()
  node.files.put('a.wav', wavFile({ channels: [sine({ frequency: 700, ms: 400 })] }))
  node.files.put('b.wav', wavFile({ rate: 16_000, channels: [sine({ frequency: 1_000, ms: 400, rate: 16_000 })] }))
  await open({ ...queue, speak: 'out' })
  await node.clock.advance(100)
  expect(party.packets).toHaveLength(0)
  node.engine.feedStream('stream', [{ file: 'a.wav' }])
  node.engine.markStream('stream', 'one')
  node.engine.feedStream('stream', [{ file: 'none.wav' }, { file: 'b.wav' }])
  node.engine.markStream('stream', 'two')
  await node.clock.advance(460)
  expect(node.of('stream.mark').map(({ mark }) => mark)).toEqual(['one'])
  await node.clock.advance(700)
  expect(node.of('stream.mark')[1]).toMatchObject({ mark: 'two', isFlushed: false, error: expect.stringContaining('none.wav') })
  const heard = party.heard()
  expect(levelOf(heard.subarray(0, 3_200), 700)).toBeGreaterThan(-15)
  expect(levelOf(heard.subarray(3_200, 6_400), 1_000)).toBeGreaterThan(-16)
  expect(node.files.open).toBe(0)
})

test('a flush ends what is being said within one packet, tells its marks, and what comes after is said', async () => {
  const { node, party, open } = await start()
  node.files.put('a.wav', wavFile({ channels: [sine({ frequency: 700, ms: 5_000 })] }))
  await open({ ...queue, speak: 'out' })
  node.engine.feedStream('stream', [{ file: 'a.wav' }])
  node.engine.markStream('stream', 'a')
  await node.clock.advance(1_000)
  const spoken = party.heard().length
  expect(spoken).toBeGreaterThan(7_000)
  node.engine.flushStream('stream')
  await node.clock.advance(500)
  expect(party.heard().length - spoken).toBeLessThanOrEqual(160)
  expect(node.of('stream.mark')).toMatchObject([{ mark: 'a', isFlushed: true }])
  node.engine.feedStream('stream', [{ tone: 'beep' }])
  await node.clock.advance(500)
  expect(level(party.heard(2_550))).toBeGreaterThan(-20)
})

test('a flush drops what a host has sent and nobody has heard yet', async () => {
  const { node, host, open } = await start()
  await open({ speak: 'out' })
  host.say({ frequency: 1_000 })
  await node.clock.advance(500)
  node.engine.markStream('stream', 'kept')
  await node.clock.advance(200)
  node.engine.markStream('stream', 'dropped')
  node.engine.flushStream('stream')
  await node.clock.advance(20)
  expect(node.of('stream.mark')).toMatchObject([
    { mark: 'kept', isFlushed: false },
    { mark: 'dropped', isFlushed: true },
  ])
})

test('all of a bridge is heard by its stream, and its stream by all', async () => {
  const { node, party, host, open } = await start()
  const other = await node.phone('other')
  other.say({ frequency: 600 })
  node.bridge('bridge', ['leg', 'other'])
  await open({ subject: { kind: 'bridge', id: 'bridge' }, listen: 'out', speak: 'out' })
  host.say({ frequency: 1_000 })
  await node.clock.advance(2_000)
  for (const frequency of [440, 600]) expect(levelOf(host.heard(1_500), frequency)).toBeGreaterThan(-15)
  expect(levelOf(host.heard(1_500), 1_000)).toBeLessThan(-45)
  for (const phone of [party, other]) expect(levelOf(phone.heard(1_500), 1_000)).toBeGreaterThan(-15)
})

test('it ends when it is closed, and with its leg or bridge, once; its port and socket are given back', async () => {
  const { node, open } = await start()
  const sockets = node.network.boundPorts
  const ports = (await node.engine.stats()).ports
  node.engine.createBridge({ id: 'bridge', affinity: 'call' })
  await open()
  await open({ id: 'second' })
  await open({ id: 'third', subject: { kind: 'bridge', id: 'bridge' } })
  expect(await open({ id: 'second' })).toBeUndefined()
  expect(await open({ id: 'fourth', subject: { kind: 'leg', id: 'nobody' } })).toBeUndefined()
  expect(await node.engine.stats()).toMatchObject({ streams: 3, ports: ports + 3 })
  node.engine.closeStream('stream')
  node.engine.destroyBridge('bridge')
  await node.clock.advance(20)
  expect(await node.engine.stats()).toMatchObject({ streams: 1, ports: ports + 1 })
  await node.engine.closeLeg('leg')
  expect(node.of('stream.ended').map(({ id, reason }) => [id, reason])).toEqual([
    ['stream', 'stopped'],
    ['third', 'bridge_closed'],
    ['second', 'leg_closed'],
  ])
  expect(await node.engine.stats()).toMatchObject({ streams: 0, ports: ports - 1 })
  expect(node.network.boundPorts).toBe(sockets - 2)
})

test('one that is closed while it is being opened is not left behind', async () => {
  const { node, open } = await start()
  const opening = open()
  node.engine.closeStream('stream')
  await opening
  await node.clock.advance(20)
  expect(node.of('stream.ended')).toMatchObject([{ reason: 'stopped' }])
  expect(await node.engine.stats()).toMatchObject({ streams: 0 })
})
