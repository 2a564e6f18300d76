import { expect, test } from 'vitest'
import { ReceiveQueue } from './receive-queue.ts'

function queue(maxWaiting = 100, maxOctets = 100_000) {
  const heard: string[] = []
  const rounds: (() => void)[] = []
  const state = { now: 0, dropped: 0 }
  const made = new ReceiveQueue<string>({
    receive: ({ datagram }) => {
      heard.push(datagram.toString())
      if (heard.at(-1) === 'BYE boom') throw new Error('a defect')
    },
    dropped: () => state.dropped++,
    now: () => state.now,
    defer: (callback) => void rounds.push(callback),
    ...{ maxWaiting, maxOctets },
  })
  const push = (...texts: readonly string[]) => {
    for (const text of texts) made.push({ datagram: Buffer.from(text), host: '192.0.2.1', port: 5060, socket: 'udp' })
  }
  const turn = () => rounds.shift()?.()
  return { made, push, turn, heard, rounds, state }
}

const numbered = (count: number, word: string) => Array.from({ length: count }, (_, index) => `${word} ${index}`)

test('datagrams are handled in the order that they came, a few before the sockets are read again', () => {
  const { push, turn, heard, rounds } = queue()
  const all = numbered(10, 'INVITE').flatMap((invite, index) => [invite, `ACK ${index}`])
  push(...all)
  expect(heard).toEqual([])
  turn()
  expect(heard.length).toBeLessThan(all.length)
  while (rounds.length > 0) turn()
  expect(heard).toEqual(all)
})

test('after a long round of the event loop more are handled, but fewer than it reads', () => {
  const { push, turn, heard, state } = queue()
  push(...numbered(80, 'ACK'))
  turn()
  const few = heard.length
  state.now += 40
  turn()
  const many = heard.length - few
  state.now += 1
  turn()
  expect([many > 2 * few, many < 32, heard.length - few - many]).toEqual([true, true, few])
})

test('once new requests wait, what belongs to calls that we have goes before them', () => {
  const { made, push, turn, heard, rounds, state } = queue()
  push(...numbered(10, 'INVITE'))
  state.now = 50
  expect(made.backlogMs).toBe(50)
  push('BYE', 'SIP/2.0 200 OK', 'INFO', 'ACK')
  turn()
  expect(heard.slice(0, 5)).toEqual(['BYE', 'SIP/2.0 200 OK', 'INFO', 'ACK', 'INVITE 0'])
  while (rounds.length > 0) turn()
  expect(heard).toHaveLength(14)
  expect(made.backlogMs).toBe(0)
})

test('what finds no room is dropped and counted', () => {
  const { push, turn, heard, rounds, state } = queue(5)
  push(...numbered(7, 'INVITE'))
  expect(state.dropped).toBe(2)
  while (rounds.length > 0) turn()
  push('INVITE later')
  turn()
  expect(heard).toEqual([...numbered(5, 'INVITE'), 'INVITE later'])
})

test('where there is no room, new requests give way to what belongs to calls that we have', () => {
  const { push, turn, heard, rounds, state } = queue(8)
  push(...numbered(20, 'INVITE'), 'BYE', 'ACK')
  expect(state.dropped).toBe(14)
  while (rounds.length > 0) turn()
  expect(heard).toEqual([...numbered(8, 'INVITE').slice(2), 'BYE', 'ACK'])
  push(...numbered(10, 'ACK'))
  expect(state.dropped).toBe(16)
})

test('a few large ones fill it as many small ones do', () => {
  const { push, turn, heard, rounds, state } = queue(100, 1_000)
  const large = `INVITE ${'x'.repeat(400)}`
  push(...Array.from({ length: 10 }, () => large), 'BYE')
  expect(state.dropped).toBe(8)
  while (rounds.length > 0) turn()
  expect(heard.map((text) => text.slice(0, 3))).toEqual(['INV', 'INV', 'BYE'])
  push(large)
  expect(state.dropped).toBe(8)
})

test('a request after empty lines is as new as any', () => {
  const { made, push, state } = queue()
  push('\r\n\r\nINVITE')
  state.now = 50
  expect(made.backlogMs).toBe(50)
})

test('what throws does not keep the others waiting', () => {
  const { push, turn, heard } = queue()
  push('BYE boom', 'ACK')
  expect(turn).toThrow('a defect')
  turn()
  expect(heard).toEqual(['BYE boom', 'ACK'])
})

test('close() forgets what waits', () => {
  const { made, push, turn, heard, rounds } = queue()
  push('INVITE', 'BYE')
  made.close()
  while (rounds.length > 0) turn()
  expect([heard, rounds]).toEqual([[], []])
})
