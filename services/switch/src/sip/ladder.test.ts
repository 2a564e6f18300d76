import { type Flow, parseDatagram } from '@voipbin/sip'
import { describe, expect, it } from 'vitest'
import { Ladder } from './ladder.ts'

const address = { host: '192.0.2.9', port: 5060 }
const flow: Flow = { protocol: 'UDP', listener: 'udp0', local: address, remote: address, connection: 0 }
const ladderOf = (calls: number) => new Ladder({ time: () => '2026-01-01T00:00:00.000000Z' }, calls)

function receive(ladder: Ladder, callId: string, body = ''): void {
  const head =
    `OPTIONS sip:192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK${Math.random()}\r\nFrom: <sip:a@b>;tag=1\r\n` +
    `To: <sip:c@d>\r\nCall-ID: ${callId}\r\nCSeq: 1 OPTIONS\r\nContent-Length: ${body.length}\r\n\r\n`
  const message = parseDatagram(Buffer.from(head + body))
  if (message.kind !== 'request') throw new Error(message.kind)
  ladder.received(message, flow)
}

describe('Ladder', () => {
  it('keeps the latest calls, each with its messages in order', () => {
    const ladder = ladderOf(2)
    for (const callId of ['one', 'two', 'three', 'two']) receive(ladder, callId)
    expect([ladder.of('one'), ladder.of('two'), ladder.of('three')].map(({ length }) => length)).toEqual([0, 2, 1])
  })

  it('holds no more than so much a call on average, however many and large the messages of strangers are', () => {
    const ladder = ladderOf(50)
    const calls = Array.from({ length: 50 }, (_, index) => `call-${index}`)
    for (const callId of calls) for (let message = 0; message < 20; message++) receive(ladder, callId, 'x'.repeat(50_000))
    const kept = calls.map((callId) => ladder.of(callId))
    expect(kept.flat().reduce((octets, { text }) => octets + text.length, 0)).toBeLessThan(50 * 64 * 1024)
    expect(kept.at(-1)?.length).toBe(20)
    const small = ladderOf(50)
    for (const callId of calls) for (let message = 0; message < 200; message++) receive(small, callId)
    expect(calls.flatMap((callId) => small.of(callId)).length).toBeLessThan(1_000)
  })

  it('of one call that is too much by itself keeps the beginning', () => {
    const ladder = ladderOf(1)
    for (let message = 0; message < 200; message++) receive(ladder, 'only', String(message).padStart(1_000))
    const texts = ladder.of('only').map(({ text }) => text)
    expect(texts[0]).toMatch(/ 0$/)
    expect(texts.length).toBeGreaterThan(5)
    expect(texts.length).toBeLessThan(50)
  })
})
