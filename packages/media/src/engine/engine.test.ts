import { expect, test } from 'vitest'
import { TestNode } from '../../test/test-node.ts'
import { Slots } from '../core/slots.ts'
import { PortsExhausted } from '../errors.ts'
import { createMediaEngine } from './create-media-engine.ts'
import { Placement } from './placement.ts'

const open = (node: TestNode, id: string) => node.engine.openLeg({ id, affinity: 'call', localAddress: '198.51.100.1' })

test('openLeg() gives a pair of ports, and another address to those who reach it by another', async () => {
  const node = new TestNode()
  const local = await open(node, 'one')
  expect(local.rtpPort % 2).toBe(0)
  expect(local).toEqual({ address: '198.51.100.1', rtpPort: local.rtpPort, rtcpPort: local.rtpPort + 1 })
  const other = await node.engine.openLeg({ id: 'two', affinity: 'call', localAddress: '198.51.100.1', advertisedAddress: '203.0.113.7' })
  expect(other.address).toBe('203.0.113.7')
})

test('openLeg() refuses when all ports are in use or rest', async () => {
  const node = new TestNode({ firstPort: 10_000, lastPort: 10_003 })
  await open(node, 'one')
  await open(node, 'two')
  await expect(open(node, 'three')).rejects.toThrow(PortsExhausted)
  await node.engine.closeLeg('one')
  await node.clock.advance(9_000)
  await expect(open(node, 'three')).rejects.toThrow(PortsExhausted)
  await node.clock.advance(1_000)
  await open(node, 'three')
  expect(await node.engine.stats()).toMatchObject({ legs: 2, ports: 2 })
})

test('openLeg() passes over ports that somebody else holds, RTP or RTCP', async () => {
  const node = new TestNode({ firstPort: 10_000, lastPort: 10_005 })
  await node.network.open('198.51.100.1', 10_000, () => {})
  await node.network.open('198.51.100.1', 10_003, () => {})
  const { rtpPort } = await open(node, 'one')
  expect(rtpPort).toBe(10_004)
  expect(node.network.boundPorts).toBe(4)
})

test('openLeg() refuses an id that is open, and closeLeg() waits for one that opens', async () => {
  const node = new TestNode()
  const opening = open(node, 'one')
  await expect(open(node, 'one')).rejects.toThrow('it is open')
  const closing = node.engine.closeLeg('one')
  await opening
  expect(await closing).toMatchObject({ packetsReceived: 0 })
  expect(node.network.boundPorts).toBe(0)
  expect(await node.engine.stats()).toMatchObject({ legs: 0, ports: 0 })
})

test('what is asked of ids that are not there is left undone', async () => {
  const node = new TestNode()
  const { engine } = node
  const subject = { kind: 'leg', id: 'none' } as const
  engine.setMute('none', 'both')
  engine.setEcho('none', true)
  engine.leave('none')
  engine.destroyBridge('none')
  engine.join({ leg: 'none', bridge: 'none', mute: 'none', passDigits: true })
  engine.play({ id: 'p', subject, sources: [], mode: 'queue', stopOn: '', loops: 1 })
  engine.stopPlay('p')
  engine.stopRecord('r')
  expect(await engine.closeLeg('none')).toBeUndefined()
  expect(node.events).toEqual([])
})

test('a thousand legs leave no socket, timer or port', async () => {
  const node = new TestNode()
  for (let round = 0; round < 100; round++) {
    const legs = Array.from({ length: 10 }, (_, index) => `${round}/${index}`)
    await Promise.all(legs.map((id) => open(node, id)))
    node.bridge(`${round}`, legs)
    await node.clock.advance(200)
    node.engine.destroyBridge(`${round}`)
    await Promise.all(legs.map((id) => node.engine.closeLeg(id)))
    await node.clock.advance(10_000)
  }
  expect(node.network.boundPorts).toBe(0)
  expect(node.clock.pending).toBe(0)
  expect(await node.engine.stats()).toMatchObject({ legs: 0, bridges: 0, ports: 0, playbacks: 0, recordings: 0 })
})

test('a leg over which we stumble is told and left out, and the others go on', async () => {
  const node = new TestNode()
  const [bad, good] = [await node.phone('bad'), await node.phone('good')]
  node.engine.setEcho('good', true)
  node.engine.setBackground('bad', 'moh')
  node.network.throwsTo = (to) => to.endsWith(`:${bad.options.port}`)
  good.say({ frequency: 440 })
  await node.clock.advance(1_000)
  expect(node.of('fault')).toEqual([{ type: 'fault', subject: { kind: 'leg', id: 'bad' }, isDead: true, error: 'Error: a defect' }])
  expect(good.heard().length).toBeGreaterThan(7_000)
})

test('Placement keeps an affinity together, and puts another where there is least', () => {
  const placement = new Placement(['a', 'b'])
  expect([placement.take('one'), placement.take('one'), placement.take('two'), placement.take('three')]).toEqual(['a', 'a', 'b', 'b'])
  placement.release('one')
  placement.release('one')
  expect(placement.take('four')).toBe('a')
  placement.replace('b', 'c')
  expect(placement.take('two')).toBe('c')
  expect(placement.workers).toEqual(['a', 'c'])
})

test('Slots spreads affinities, and forgets those that are gone', () => {
  const slots = new Slots(() => {})
  expect([slots.take('a'), slots.take('a'), slots.take('b'), slots.take('c'), slots.take('d'), slots.take('e')]).toEqual([0, 0, 1, 2, 3, 1])
  for (const affinity of ['a', 'a']) slots.release(affinity)
  expect([slots.take('f'), slots.take('g')]).toEqual([0, 0])
})

test('createMediaEngine() refuses a music folder without music', () => {
  expect(() => createMediaEngine({ musicFolder: import.meta.dirname })).toThrow('there is no WAV file in it')
  expect(() => createMediaEngine({ musicFolder: '/nowhere' })).toThrow('ENOENT')
})
