import { describe, expect, it } from 'vitest'
import { type PacketFields, packet } from '../../test/packets.ts'
import { seededRandom } from '../../test/seeded-random.ts'
import { rtpTimestamp } from '../number/rtp-timestamp.ts'
import type { RtpPacket } from '../packet/rtp-packet.ts'
import { TelephoneEvent, writeTelephoneEvent } from '../packet/telephone-event.ts'
import { type Digit, DigitDecoder } from './digit-decoder.ts'
import { DigitEncoder } from './digit-encoder.ts'

type EventFields = PacketFields & { readonly event: number; readonly ticks: number; readonly isEnd?: boolean }

function eventPacket({ event, ticks, isEnd = false, ...fields }: EventFields): RtpPacket {
  const payload = new Uint8Array(4)
  writeTelephoneEvent(payload, 0, { event, isEnd, volume: 10, durationTicks: ticks })
  return packet({ payloadType: 101, ...fields, payload })
}

/** Packets as the encoder makes them, 20 ms apart. */
function packetsOf(digit: string, durationMs: number, timestamp: number, ssrc = 1): RtpPacket[] {
  const encoder = new DigitEncoder({ clockRateHz: 8_000 })
  encoder.start(digit, durationMs, rtpTimestamp(timestamp))
  const packets: RtpPacket[] = []
  for (let payload = new Uint8Array(4); encoder.write(payload, 0) > 0; payload = new Uint8Array(4))
    packets.push(
      packet({ payloadType: 101, ssrc, sequence: packets.length, timestamp: encoder.timestamp, hasMarker: encoder.hasMarker, payload }),
    )
  return packets
}

function decode(packets: readonly RtpPacket[], { endMs = 10_000, timeoutMs = 200 } = {}): Digit[] {
  const digits: Digit[] = []
  const decoder = new DigitDecoder({ clockRateHz: 8_000, timeoutMs, onDigit: (digit) => digits.push(digit) })
  let nowMs = 0
  for (const received of packets) {
    decoder.receive(received, nowMs)
    decoder.expire(nowMs)
    nowMs += 20
  }
  decoder.expire(nowMs + endMs)
  return digits
}

const five = [{ digit: '5', durationMs: 100 }]

describe('DigitDecoder', () => {
  const pressed = packetsOf('5', 100, 8_000)

  it.each<[string, readonly number[], number]>([
    ['as sent', [0, 1, 2, 3, 4, 5, 6], 100],
    ['without the first, and so without marker', [1, 2, 3, 4, 5, 6], 100],
    ['the first end alone', [4], 100],
    ['the last end alone', [6], 100],
    ['one start alone: time-out', [0], 20],
    ['no end: time-out, with what was heard', [0, 1, 2, 3], 80],
    ['an end before its updates', [0, 4, 1, 2, 3, 5, 6], 100],
    ['updates in the wrong order', [3, 1, 0, 2], 80],
    ['everything twice', [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6], 100],
    ['ends long after', [0, 1, 4, 5, 6, 6, 6, 5, 4, 0, 1, 2], 100],
  ])('one digit: %s', (_, order, durationMs) => {
    const packets = order.flatMap((index) => pressed[index] ?? [])
    expect(decode(packets)).toEqual([{ digit: '5', durationMs }])
  })

  it('knows a digit after its time-out, and does not take its late end for another', () => {
    const digits: Digit[] = []
    const decoder = new DigitDecoder({ clockRateHz: 8_000, onDigit: (digit) => digits.push(digit) })
    const [start, , , , end] = pressed
    if (start) decoder.receive(start, 0)
    decoder.expire(199)
    expect(digits).toEqual([])
    decoder.expire(200)
    if (end) decoder.receive(end, 300)
    decoder.close()
    expect(digits).toEqual([{ digit: '5', durationMs: 20 }])
  })

  it('tells the same key pressed twice by the timestamp, and keeps the order', () => {
    expect(decode([...packetsOf('5', 100, 8_000), ...packetsOf('5', 100, 9_600)])).toEqual([...five, ...five])
    expect(
      decode([...packetsOf('1', 60, 0), ...packetsOf('2', 60, 1_600), ...packetsOf('#', 60, 3_200)]).map(({ digit }) => digit),
    ).toEqual(['1', '2', '#'])
  })

  it('ends a digit whose ends are lost when the next begins', () => {
    const digits = decode([...packetsOf('1', 60, 0).slice(0, 2), ...packetsOf('2', 60, 1_600)])
    expect(digits).toEqual([
      { digit: '1', durationMs: 40 },
      { digit: '2', durationMs: 60 },
    ])
  })

  it('keeps an event that the next one has overtaken, before that one', () => {
    const [, , end] = packetsOf('1', 60, 0)
    const next = packetsOf('2', 60, 1_600)
    expect(decode([next[0], end, end, ...next.slice(1)].flatMap((one) => one ?? [])).map(({ digit }) => digit)).toEqual(['1', '2'])
  })

  it('takes the same timestamp of another SSRC for another digit', () => {
    expect(decode([...packetsOf('5', 100, 8_000), ...packetsOf('5', 100, 8_000, 2)])).toEqual([...five, ...five])
  })

  it('goes over the wrap of the timestamp', () => {
    expect(decode([...packetsOf('5', 100, 2 ** 32 - 100), ...packetsOf('6', 100, 1_500)]).map(({ digit }) => digit)).toEqual(['5', '6'])
    expect(decode(packetsOf('5', 20_000, 2 ** 32 - 100))).toEqual([{ digit: '5', durationMs: 20_000 }])
  })

  it.each([8_191, 8_192, 8_200, 20_000, 60_000])('joins the segments of %i ms', (durationMs) => {
    expect(decode(packetsOf('9', durationMs, 5_000))).toEqual([{ digit: '9', durationMs }])
  })

  it('joins segments when the last packet of one and the first of the next are lost', () => {
    const packets = packetsOf('9', 10_000, 5_000)
    const next = packets.findIndex(({ timestamp }) => timestamp !== 5_000)
    packets.splice(next - 2, 4)
    expect(decode(packets)).toEqual([{ digit: '9', durationMs: 10_000 }])
  })

  it('takes a late packet of the segment before for what it is', () => {
    const packets = packetsOf('9', 10_000, 5_000)
    const next = packets.findIndex(({ timestamp }) => timestamp !== 5_000)
    packets.splice(next - 1, 2, ...packets.slice(next - 1, next + 1).reverse())
    expect(decode(packets)).toEqual([{ digit: '9', durationMs: 10_000 }])
  })

  it('goes on counting where a peer lets the duration wrap instead', () => {
    const packets = Array.from({ length: 500 }, (_, at) =>
      eventPacket({ event: 3, ticks: ((at + 1) * 160) & 0xffff, timestamp: 7, isEnd: at === 499 }),
    )
    expect(decode(packets)).toEqual([{ digit: '3', durationMs: 10_000 }])
  })

  it('passes over what is no digit and what is too short', () => {
    expect(decode([eventPacket({ event: 16, ticks: 800, isEnd: true }), packet({ payload: new Uint8Array(3) })])).toEqual([])
  })

  it('2 000 digits through loss, doubles and reordering: each that was heard comes once, in order', () => {
    const random = seededRandom(7)
    const keys = '0123456789*#ABCD'
    const sent: string[] = []
    const arriving: { at: number; packet: RtpPacket }[] = []
    for (let number = 0; number < 2_000; number++) {
      const digit = keys.charAt(random(16))
      const packets = packetsOf(digit, 40 + random(200), number * 4_000)
      const heard = packets.filter(() => random(100) >= 20)
      if (heard.length > 0) sent.push(digit)
      for (const one of heard) {
        const at = number * 500 + one.sequenceNumber * 20
        arriving.push({ at: at + random(50), packet: one })
        if (random(10) === 0) arriving.push({ at: at + random(150), packet: one })
      }
    }
    arriving.sort((one, other) => one.at - other.at)
    const digits: string[] = []
    const decoder = new DigitDecoder({ clockRateHz: 8_000, onDigit: ({ digit }) => digits.push(digit) })
    for (const { at, packet: one } of arriving) {
      decoder.expire(at)
      decoder.receive(one, at)
    }
    decoder.close()
    expect(digits.join('')).toBe(sent.join(''))
  })
})

describe('DigitEncoder', () => {
  const read = (one: RtpPacket): TelephoneEvent => {
    const event = new TelephoneEvent()
    event.read(one.octets, one.payloadStart, one.payloadEnd)
    return event
  }

  it('sends updates under one timestamp with one marker, then three ends', () => {
    const packets = packetsOf('*', 100, 8_000)
    expect(packets.map(({ timestamp }) => timestamp)).toEqual(Array(7).fill(8_000))
    expect(packets.map(({ hasMarker }) => hasMarker)).toEqual([true, ...Array(6).fill(false)])
    expect(packets.map((one) => read(one).durationTicks)).toEqual([160, 320, 480, 640, 800, 800, 800])
    expect(packets.map((one) => read(one).isEnd)).toEqual([false, false, false, false, true, true, true])
    expect(packets.every((one) => read(one).event === 10)).toBe(true)
  })

  it('lasts at least one interval, and just as long as asked', () => {
    expect(packetsOf('1', 0, 0).map((one) => read(one).durationTicks)).toEqual([160, 160, 160])
    expect(packetsOf('1', 50, 0).map((one) => read(one).durationTicks)).toEqual([160, 320, 400, 400, 400])
  })

  it('cuts long digits into segments without an end between (RFC 4733 §2.5.1.3)', () => {
    const packets = packetsOf('1', 20_000, 100)
    expect([...new Set(packets.map(({ timestamp }) => timestamp))]).toEqual([100, 100 + 65_535, 100 + 2 * 65_535])
    expect(packets.filter((one) => read(one).isEnd)).toHaveLength(3)
    expect(packets.filter(({ hasMarker }) => hasMarker)).toHaveLength(1)
    const full = packets.filter((one) => read(one).durationTicks === 65_535)
    expect(full.map(({ timestamp }) => timestamp)).toEqual([100, 100 + 65_535])
  })

  it('refuses what is no digit, and two at once', () => {
    const encoder = new DigitEncoder({ clockRateHz: 8_000 })
    expect(() => encoder.start('x', 100, rtpTimestamp(0))).toThrow('Cannot send digit "x"')
    encoder.start('1', 100, rtpTimestamp(0))
    expect(() => encoder.start('2', 100, rtpTimestamp(0))).toThrow(RangeError)
    expect(new DigitEncoder({ clockRateHz: 8_000 }).write(new Uint8Array(4), 0)).toBe(0)
  })
})
