import { describe, expect, it } from 'vitest'
import { type LatchTerms, SourceLatch } from './source-latch.ts'

const signalled = { address: '192.0.2.1', port: 4_000 }
const terms: LatchTerms = { signalled, signallingAddress: '203.0.113.1', payloadTypes: [0, 101] }

describe('SourceLatch', () => {
  it('takes the first packet with a negotiated payload type, whoever sends it', () => {
    const latch = new SourceLatch(terms)
    expect(latch.accept('198.51.100.9', 1, 8, 0)).toBe(false)
    expect(latch.source).toBeUndefined()
    expect(latch.accept('198.51.100.9', 1, 101, 0)).toBe(true)
    expect(latch.source).toEqual({ address: '198.51.100.9', port: 1 })
    expect(latch.accept('198.51.100.10', 1, 0, 20)).toBe(false)
    expect(latch.accept('198.51.100.9', 2, 0, 20)).toBe(false)
    expect(latch.accept('198.51.100.9', 1, 0, 20)).toBe(true)
  })

  it('prefers the signalled address, then its host or that of the signalling, for a second', () => {
    const latch = new SourceLatch(terms)
    latch.accept('198.51.100.9', 1, 0, 0)
    expect(latch.accept('203.0.113.1', 7, 0, 500)).toBe(true)
    expect(latch.accept('198.51.100.9', 1, 0, 520)).toBe(false)
    expect(latch.accept('192.0.2.1', 9, 0, 530)).toBe(false)
    expect(latch.accept('192.0.2.1', 4_000, 0, 900)).toBe(true)
    expect(latch.accept('203.0.113.1', 7, 0, 910)).toBe(false)
    const late = new SourceLatch(terms)
    late.accept('198.51.100.9', 1, 0, 0)
    late.accept('198.51.100.9', 1, 0, 990)
    expect(late.accept('192.0.2.1', 4_000, 0, 1_000)).toBe(false)
  })

  it('moves after 2 s of silence of the source, counted by its good packets', () => {
    const latch = new SourceLatch(terms)
    latch.accept('192.0.2.1', 4_000, 0, 0)
    latch.accept('192.0.2.1', 4_000, 0, 5_000)
    expect(latch.accept('192.0.2.1', 4_000, 8, 6_500)).toBe(false)
    expect(latch.accept('192.0.2.1', 4_002, 0, 6_999)).toBe(false)
    expect(latch.accept('192.0.2.1', 4_002, 0, 7_000)).toBe(true)
    expect(latch.accept('192.0.2.1', 4_000, 0, 9_500)).toBe(true)
  })

  it('is settled where no other source would be believed for so long', () => {
    const latch = new SourceLatch(terms)
    expect(latch.settledSource(0, 1_000)).toBeUndefined()
    latch.accept('198.51.100.9', 1, 0, 0)
    expect(latch.settledSource(900, 1_000)).toBeUndefined() // the signalled one may still take over
    expect(latch.settledSource(1_000, 1_000)).toEqual({ address: '198.51.100.9', port: 1 })
    expect(latch.settledSource(1_001, 1_000)).toBeUndefined() // another may be believed at 2 000
    latch.accept('192.0.2.1', 4_000, 0, 2_000)
    expect(latch.settledSource(2_000, 1_000)).toEqual(signalled)
    latch.renegotiate({ ...terms, signalled: { address: '192.0.2.1', port: 5_000 } })
    expect(latch.settledSource(2_000, 1_000)).toBeUndefined()
  })

  it('opens at a re-INVITE with another address, not at one with the same', () => {
    const latch = new SourceLatch(terms)
    latch.accept('192.0.2.1', 4_000, 0, 0)
    latch.renegotiate({ ...terms, signalled: { ...signalled }, payloadTypes: [8] })
    expect(latch.accept('198.51.100.9', 1, 8, 20)).toBe(false)
    expect(latch.accept('192.0.2.1', 4_000, 0, 20)).toBe(false)
    expect(latch.accept('192.0.2.1', 4_000, 8, 20)).toBe(true)
    latch.renegotiate({ ...terms, signalled: undefined })
    expect(latch.source).toEqual(signalled)
    latch.renegotiate({ ...terms, signalled: { address: '192.0.2.1', port: 5_000 } })
    expect(latch.destination(30)).toEqual({ address: '192.0.2.1', port: 5_000 })
    expect(latch.accept('192.0.2.1', 5_000, 0, 40)).toBe(true)
    latch.open()
    expect(latch.accept('198.51.100.9', 1, 0, 50)).toBe(true)
  })

  it('is not led back by what is still on its way from where the peer was, unless it goes on and nobody else comes', () => {
    const moved = { address: '192.0.2.7', port: 5_000 }
    const latch = new SourceLatch({ ...terms, signallingAddress: moved.address })
    latch.accept('192.0.2.1', 4_000, 0, 0)
    latch.renegotiate({ ...terms, signallingAddress: moved.address, signalled: moved })
    expect(latch.accept('192.0.2.1', 4_000, 0, 20)).toBe(false)
    expect(latch.destination(30)).toEqual(moved)
    expect(latch.accept('192.0.2.7', 5_000, 0, 1_500)).toBe(true)
    const stayed = new SourceLatch(terms)
    stayed.accept('192.0.2.1', 4_000, 0, 0)
    stayed.renegotiate({ ...terms, signalled: moved })
    expect(stayed.accept('192.0.2.1', 4_000, 0, 20)).toBe(false)
    expect(stayed.accept('192.0.2.1', 4_000, 0, 2_020)).toBe(true)
    // Behind NAT it is not where it says that it is, before and after.
    const behindNat = new SourceLatch(terms)
    behindNat.accept('198.51.100.9', 1, 0, 0)
    behindNat.renegotiate({ ...terms, signalled: moved })
    expect(behindNat.accept('198.51.100.9', 1, 0, 20)).toBe(true)
  })

  it('sends to an address that never sent for a second at most', () => {
    const latch = new SourceLatch(terms)
    expect(latch.destination(5_000)).toEqual(signalled)
    expect(latch.destination(5_999)).toEqual(signalled)
    expect(latch.destination(6_000)).toBeUndefined()
    latch.accept('192.0.2.1', 4_000, 0, 7_000)
    expect(latch.destination(60_000)).toEqual(signalled)
  })

  it('sends on to the host that the signalling comes from, and nowhere without an address', () => {
    const latch = new SourceLatch({ ...terms, signallingAddress: '192.0.2.1' })
    expect(latch.destination(0)).toEqual(signalled)
    expect(latch.destination(60_000)).toEqual(signalled)
    expect(new SourceLatch({ ...terms, signalled: undefined }).destination(0)).toBeUndefined()
  })
})
