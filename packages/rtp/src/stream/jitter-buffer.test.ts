import { describe, expect, it } from 'vitest'
import { sendThrough } from '../../test/network.ts'
import { type PacketFields, packet } from '../../test/packets.ts'
import { decibels, purity, rms, sine } from '../../test/tones.ts'
import { PitchConcealer } from '../audio/loss-concealer.ts'
import { JitterBuffer } from './jitter-buffer.ts'

const FRAME = 160
const create = (options = {}) => new JitterBuffer({ sampleRateHz: 8_000, concealer: new PitchConcealer(8_000), ...options })
const full = rms(sine(440, 8_000, 8_000))

/** A buffer fed by hand: packets of a constant sample, so that one sees which was heard. */
function byHand(options = {}) {
  const buffer = new JitterBuffer({ sampleRateHz: 8_000, ...options })
  const put = (sequence: number, fields: PacketFields = {}, count = FRAME, value = sequence) =>
    buffer.put(packet({ sequence: sequence & 0xffff, timestamp: sequence * FRAME, ...fields }), new Int16Array(count).fill(value), count)
  /** What the next frame holds, without repetition. */
  const take = (): number[] => {
    const frame = new Int16Array(FRAME)
    buffer.take(frame)
    return [...new Set(frame)]
  }
  return { buffer, put, take }
}

describe('JitterBuffer by hand', () => {
  it('is silent before the first packet, then plays it after 40 ms, in order', () => {
    const { buffer, put, take } = byHand()
    expect(buffer.take(new Int16Array(FRAME))).toBe('silence')
    const heard: number[][] = []
    for (let sequence = 1; sequence <= 6; sequence++) {
      expect(put(sequence)).toBe('buffered')
      heard.push(take())
    }
    expect(heard).toEqual([[0], [0], [1], [2], [3], [4]])
    expect(buffer.bufferedMs).toBe(40)
  })

  it('orders what comes in the wrong order, and counts doubles', () => {
    const { buffer, put, take } = byHand()
    const heard: number[][] = []
    for (const sequence of [1, 3, 2, 5, 4, 7, 6]) {
      put(sequence)
      heard.push(take())
    }
    expect(heard.slice(2)).toEqual([[1], [2], [3], [4], [5]])
    expect(put(7)).toBe('duplicate')
    expect(buffer.counts).toMatchObject({ packets: 7, duplicates: 1, late: 0 })
  })

  it('takes packets of any length, and plays what is left of a late one', () => {
    const { buffer, put, take } = byHand()
    for (let number = 0; number < 4; number++) put(number, { timestamp: number * 240 }, 240, number + 1)
    const heard = Array.from({ length: 7 }, take)
    expect(heard).toEqual([[0], [0], [1], [1, 2], [2], [3], [3, 4]])
    expect([take(), take()]).toEqual([[4], [0]])
    expect(put(4, { timestamp: 960 }, 240, 5)).toBe('buffered')
    const frame = new Int16Array(FRAME)
    expect(buffer.take(frame)).toBe('concealed')
    expect([frame[0], frame[79], frame[80]]).toEqual([5, 5, 0])
  })

  it('is silent where a packet is lost, without a concealer', () => {
    const { buffer, put, take } = byHand()
    const heard: number[][] = []
    for (const sequence of [1, 2, 4, 5, 6]) {
      put(sequence)
      heard.push(take())
    }
    heard.push(take(), take())
    expect(heard).toEqual([[0], [0], [1], [2], [0], [4], [5]])
    expect(buffer.counts.concealedSamples).toBe(3 * FRAME)
  })

  it('calls the hook for each gap and each return', () => {
    const calls: string[] = []
    const concealer = {
      receive: (_: Int16Array, from: number, to: number) => calls.push(`receive ${from} ${to}`),
      conceal: (samples: Int16Array, from: number, to: number) => {
        samples.fill(77, from, to)
        calls.push(`conceal ${from} ${to}`)
      },
      reset: () => calls.push('reset'),
    }
    const { buffer, put, take } = byHand({ concealer })
    put(1)
    put(3, { timestamp: 2 * FRAME + 80 }, 80)
    take()
    take()
    calls.length = 0
    expect([take(), take()]).toEqual([[1], [77, 3]])
    expect(calls).toEqual(['receive 0 160', 'conceal 0 80', 'receive 80 160'])
    expect(buffer.take(new Int16Array(FRAME))).toBe('concealed')
    for (let tick = 0; tick < 4; tick++) buffer.take(new Int16Array(FRAME))
    expect(buffer.take(new Int16Array(FRAME))).toBe('silence')
  })

  it('follows the timestamp over its wrap, and over a silence that it counts', () => {
    const { buffer, put, take } = byHand()
    const start = 2 ** 32 - 2 * FRAME
    for (let number = 0; number < 4; number++) put(number, { timestamp: start + number * FRAME }, FRAME, number + 1)
    expect(Array.from({ length: 6 }, take)).toEqual([[0], [0], [1], [2], [3], [4]])
    for (let tick = 0; tick < 500; tick++) take()
    expect(put(4, { timestamp: start + 506 * FRAME, hasMarker: true }, FRAME, 5)).toBe('buffered')
    expect([take(), take(), take()]).toEqual([[0], [0], [5]])
    expect(buffer.counts.restarts).toBe(0)
  })

  it('begins anew after a silence that the timestamp did not count', () => {
    const { buffer, put, take } = byHand()
    for (const sequence of [1, 2]) put(sequence)
    for (let tick = 0; tick < 500; tick++) take()
    for (const sequence of [3, 4]) expect(put(sequence)).toBe('buffered')
    expect(Array.from({ length: 4 }, take)).toEqual([[0], [0], [3], [4]])
    expect(buffer.counts).toMatchObject({ restarts: 1, late: 0 })
  })

  it('places a talk spurt anew at its marker, so that none of it is late', () => {
    const spurt = (hasMarker: boolean): number[][] => {
      const { put, take } = byHand()
      for (const sequence of [1, 2]) put(sequence)
      // Both are played, and two ticks more; the timestamp of the next spurt has counted one of them.
      for (let tick = 0; tick < 6; tick++) take()
      put(3, { hasMarker, timestamp: 4 * FRAME })
      put(4, { timestamp: 5 * FRAME })
      return Array.from({ length: 4 }, take)
    }
    expect(spurt(true)).toEqual([[0], [0], [3], [4]])
    expect(spurt(false).flat()).not.toContain(3)
  })

  it('passes over strays, and takes three in a row for a new clock', () => {
    const { buffer, put, take } = byHand()
    for (const sequence of [1, 2, 3, 4]) put(sequence)
    expect(put(5, { timestamp: 1e9 })).toBe('stray')
    expect(put(6)).toBe('buffered')
    const far = { timestamp: 2e9 }
    expect([put(7, far), put(8, { timestamp: 2e9 + FRAME }), put(9, { timestamp: 2e9 + 2 * FRAME })]).toEqual([
      'stray',
      'stray',
      'buffered',
    ])
    expect(Array.from({ length: 3 }, take)).toEqual([[0], [0], [9]])
    expect(buffer.counts).toMatchObject({ strays: 3, restarts: 1 })
  })

  it('changes to another SSRC at its second packet in a row', () => {
    const { put, take } = byHand()
    for (const sequence of [1, 2, 3]) put(sequence)
    expect(put(900, { ssrc: 2 })).toBe('stray')
    expect(put(4)).toBe('buffered')
    expect([put(901, { ssrc: 2 }), put(902, { ssrc: 2 })]).toEqual(['stray', 'buffered'])
    expect(put(5)).toBe('stray')
    expect(Array.from({ length: 3 }, take)).toEqual([[0], [0], [902]])
  })

  it('never holds more than its maximum', () => {
    const { buffer, put, take } = byHand({ maxDelayMs: 100 })
    for (let sequence = 1; sequence < 40; sequence++) put(sequence)
    expect(buffer.bufferedMs).toBeLessThanOrEqual(120)
    expect(take()).toEqual([34])
    expect(buffer.counts.cutSamples).toBeGreaterThan(0)
  })

  it('waits in a gap for packets that have become later, rather than lose each of them', () => {
    const { buffer, put, take } = byHand()
    const heard: number[][] = []
    for (let sequence = 1; sequence <= 20; sequence++) {
      put(sequence)
      take()
    }
    // From here the way is 60 ms longer.
    for (let tick = 0; tick < 3; tick++) heard.push(take())
    for (let sequence = 21; sequence <= 40; sequence++) {
      put(sequence)
      heard.push(take())
    }
    expect(buffer.counts).toMatchObject({ restarts: 0, late: 2 })
    expect(new Set(heard.flat())).toEqual(new Set([19, 20, 0, ...Array.from({ length: 17 }, (_, at) => 23 + at)]))
  })

  it('drops what a stall of the network has made old, and goes on with what is new', () => {
    const { buffer, put, take } = byHand()
    for (let sequence = 1; sequence <= 50; sequence++) {
      put(sequence)
      take()
    }
    for (let tick = 0; tick < 15; tick++) take()
    for (let sequence = 51; sequence <= 65; sequence++) put(sequence)
    const heard: number[][] = []
    for (let sequence = 66; sequence <= 90; sequence++) {
      put(sequence)
      heard.push(take())
      expect(buffer.bufferedMs).toBeLessThanOrEqual(200)
    }
    expect(heard.slice(5).flat()).not.toContain(0)
    expect(heard.at(-1)?.[0]).toBeGreaterThanOrEqual(80)
  })

  it('has as many samples as the codec, whatever the clock of the timestamps', () => {
    const buffer = new JitterBuffer({ sampleRateHz: 16_000, clockRateHz: 8_000 })
    for (const sequence of [1, 2]) buffer.put(packet({ sequence, timestamp: sequence * 160 }), new Int16Array(320).fill(sequence), 320)
    const heard = Array.from({ length: 4 }, () => {
      const frame = new Int16Array(320)
      buffer.take(frame)
      return [...new Set(frame)]
    })
    expect(heard).toEqual([[0], [0], [1], [2]])
  })
})

describe('JitterBuffer in a network', () => {
  it('plays an even stream as it is, 40 ms late at first, then at its least delay', () => {
    const buffer = create()
    const heard = sendThrough(buffer, { seconds: 10 })
    expect(buffer.counts).toMatchObject({ late: 0, concealedSamples: 2 * FRAME, addedSamples: 0 })
    expect(purity(heard.subarray(8_000), 440, 8_000)).toBeGreaterThan(0.999)
    expect(buffer.bufferedMs).toBeLessThanOrEqual(50)
  })

  it.each([
    [1, 0.99],
    [3, 0.97],
    [5, 0.95],
  ])('loss of %i in a hundred: level and tone (%d) stay', (lossPercent, least) => {
    const buffer = create()
    const heard = sendThrough(buffer, { seconds: 60, lossPercent }).subarray(8_000)
    const { concealedSamples, late } = buffer.counts
    expect(late).toBe(0)
    expect((100 * concealedSamples) / (60 * 8_000)).toBeCloseTo(lossPercent, 0)
    expect(Math.abs(decibels(rms(heard) / full))).toBeLessThan(0.5)
    expect(purity(heard, 440, 8_000)).toBeGreaterThan(least)
  })

  it.each([
    [30, 0, 0],
    [60, 0, 0],
    [30, 0, 5],
    [60, 3, 2],
  ])(
    'jitter of %i ms, %i %% loss, %i %% swapped: hardly any packet is late, the delay stays bounded',
    (jitterMs, lossPercent, swapPercent) => {
      const buffer = create()
      let mostMs = 0
      const seconds = 60
      const kept = new Int16Array(seconds * 8_000)
      sendThrough(buffer, {
        seconds,
        jitterMs,
        lossPercent,
        swapPercent,
        doublePercent: 2,
        onTick: (_, frame, second) => {
          kept.set(frame, Math.round(second * 8_000))
          if (second > 10) mostMs = Math.max(mostMs, buffer.bufferedMs)
        },
      })
      const { late, packets, concealedSamples, duplicates } = buffer.counts
      expect(duplicates).toBeGreaterThan(20)
      expect(late / packets).toBeLessThan(0.025)
      expect(concealedSamples / kept.length).toBeLessThan(lossPercent / 100 + 0.035)
      expect(mostMs).toBeLessThan(jitterMs + 100)
      const heard = kept.subarray(5 * 8_000)
      expect(Math.abs(decibels(rms(heard) / full))).toBeLessThan(0.6)
      expect(purity(heard, 440, 8_000)).toBeGreaterThan(0.93 - lossPercent / 100)
    },
  )

  it('comes down again when the jitter is over', () => {
    const buffer = create()
    let mostMs = 0
    sendThrough(buffer, {
      seconds: 40,
      jitterMs: 80,
      calmAfterSeconds: 20,
      onTick: () => {
        mostMs = Math.max(mostMs, buffer.bufferedMs)
      },
    })
    expect(mostMs).toBeGreaterThan(80)
    expect(buffer.bufferedMs).toBeLessThanOrEqual(50)
  })

  it.each([100, -100, 2_000, -2_000])('one hour with clocks %i ppm apart: nothing late, nothing piles up, the tone stays', (driftPpm) => {
    const buffer = create()
    let mostMs = 0
    let quietFrames = 0
    let checked = 0
    let pure = 0
    sendThrough(buffer, {
      seconds: 3_600,
      driftPpm,
      onTick: (taken, frame, second) => {
        if (second < 1) return
        mostMs = Math.max(mostMs, buffer.bufferedMs)
        if (taken !== 'audio') quietFrames++
        if (Math.round(second * 50) % 97 !== 0) return
        checked++
        pure += purity(frame, 440, 8_000)
      },
    })
    const drifted = (3_600 * 8_000 * Math.abs(driftPpm)) / 1e6
    const { addedSamples, cutSamples, restarts, late } = buffer.counts
    expect({ late, restarts, quietFrames }).toEqual({ late: 0, restarts: 0, quietFrames: 0 })
    expect(Math.abs(cutSamples - addedSamples)).toBeGreaterThan(drifted - 400)
    expect(Math.abs(cutSamples - addedSamples)).toBeLessThan(drifted + 400)
    expect(mostMs).toBeLessThan(70)
    expect(pure / checked).toBeGreaterThan(0.98)
  })
})
