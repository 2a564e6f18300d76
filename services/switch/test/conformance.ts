import { Phone, type PhoneCall, toneSource } from '@voipbin/phone'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startMediaHost } from './media-host.ts'
import type { RunningSwitch } from './start-switch.ts'

/** A switch under test: any that answers the contract, with a stand-in for `call` that takes every INVITE. */
export type SwitchUnderTest = Pick<
  RunningSwitch,
  'command' | 'client' | 'epoch' | 'offers' | 'events' | 'beats' | 'event' | 'udp' | 'close'
>

const RACES = 20
const newId = () => crypto.randomUUID()
const tone = [{ tone: 'ringback/us', duration_ms: 500 }]

/** What every implementation of `switchContract` promises, seen by commands, events and a phone. */
export function describeSwitch(name: string, open: () => Promise<SwitchUnderTest>): void {
  describe(`${name}, as a switch`, () => {
    let node: SwitchUnderTest
    let phone: Phone

    beforeEach(async () => {
      node = await open()
      phone = await Phone.open({ user: '1000', registrar: `sip:${node.udp}` })
    })
    afterEach(async () => {
      await phone.close()
      await node.close()
    })

    async function offered(): Promise<{ readonly call: PhoneCall; readonly id: string }> {
      const before = node.offers.length
      const call = await phone.dial(`sip:100@${node.udp}`)
      await expect.poll(() => node.offers.length).toBe(before + 1)
      return { call, id: node.offers[before]?.id ?? '' }
    }
    async function answered() {
      const { call, id } = await offered()
      expect(await node.command.answer({ id })).toEqual({ result: 'ok', rule: '' })
      await call.answered()
      return { call, id }
    }
    const told = (id: string) => node.events.filter(({ data }) => data['subject_id'] === id)

    it('(1) numbers events without gaps, and ends what is open before the channel, whose end is last and once', async () => {
      const { call, id } = await answered()
      const bridge = newId()
      const customer_id = String(node.events[0]?.data['customer_id'])
      await node.command.createBridge({ id: bridge, customer_id, affinity: id })
      await node.command.join({ bridge_id: bridge, id })
      await node.event('bridge.joined', id)
      await node.command.play({ id: newId(), subject: { kind: 'channel', id }, media: [{ tone: 'ringback/us' }], loops: 0 })
      await node.command.record({ id: newId(), subject: { kind: 'channel', id } })
      await node.event('playback.started', id)
      await node.event('recording.started', id)
      await call.hangUp()
      await node.event('channel.ended', id)
      await node.command.hangup({ id, cause: 16 })
      const events = told(id)
      expect(events.map(({ data }) => data['seq'])).toEqual(events.map((_, index) => index + 1))
      const types = events.map(({ type }) => type)
      expect(types.at(-1)).toBe('channel.ended')
      expect(types.filter((type) => type === 'channel.ended')).toHaveLength(1)
      for (const type of ['playback.ended', 'recording.ended', 'bridge.left']) expect(types).toContain(type)
    })

    it('(2) decides between answer and CANCEL, and the loser gets gone', async () => {
      for (let race = 0; race < RACES; race++) {
        const { call, id } = await offered()
        const [{ result }] = await Promise.all([node.command.answer({ id }), race % 2 === 0 ? call.hangUp() : Promise.resolve()])
        const isAnswered = told(id).some(({ type }) => type === 'channel.answered')
        expect(result).toBe(isAnswered ? 'ok' : 'gone')
        await call.hangUp()
        await node.event('channel.ended', id)
      }
    })

    it('(4) makes early media of what is played before the answer', async () => {
      const { call, id } = await offered()
      await node.command.play({ id: newId(), subject: { kind: 'channel', id }, media: tone })
      await node.event('playback.ended', id)
      expect(call.isAnswered).toBe(false)
      expect(call.audio.heard.strongestTone({ fromMs: 100, toMs: 400 }).frequencyHz).toBeGreaterThan(400)
      expect(await node.command.answer({ id })).toMatchObject({ result: 'ok' })
      await call.answered()
    })

    it('(5) beats every two seconds, under one epoch', async () => {
      await expect.poll(() => node.beats.length, { timeout: 10_000 }).toBeGreaterThan(1)
      expect(new Set(node.beats.map(({ data }) => data['epoch']))).toEqual(new Set([node.epoch]))
    })

    it('(6) tells a digit once, with how long it was pressed', async () => {
      const { call, id } = await answered()
      await call.sendDigits('5', { durationMs: 120 })
      const { data } = await node.event('channel.digit', id)
      expect(data).toMatchObject({ digit: '5', method: 'rfc4733' })
      await call.sendDigits('#', { method: 'info', durationMs: 100 })
      await expect.poll(() => told(id).filter(({ type }) => type === 'channel.digit').length).toBe(2)
      expect(told(id).at(-1)?.data).toMatchObject({ digit: '#', method: 'info' })
    })

    it('(7) never hangs up because of a REFER', async () => {
      const { call, id } = await answered()
      await call.request('REFER', { headers: { 'Refer-To': '<sip:x@127.0.0.1>' } })
      await call.request('OPTIONS')
      expect(told(id).map(({ type }) => type)).toEqual(['channel.answered'])
    })

    it('does nothing twice, nothing to what is gone, and nothing for another life of its node', async () => {
      const { id } = await answered()
      expect(await node.command.answer({ id })).toMatchObject({ result: 'ok' })
      expect(await node.command.hangup({ id: newId(), cause: 16 })).toMatchObject({ result: 'gone' })
      expect(await node.client.hangup({ epoch: newId(), id, cause: 16 })).toMatchObject({ result: 'gone' })
      const play = { id: newId(), subject: { kind: 'channel', id }, media: tone } as const
      await node.command.play({ ...play, media: [...tone] })
      await node.command.play({ ...play, media: [...tone] })
      await node.event('playback.ended', id)
      expect(told(id).map(({ type }) => type)).toEqual(['channel.answered', 'playback.started', 'playback.ended'])
    })

    it('streams what the party says to a host, and what the host says to the party', async () => {
      const host = await startMediaHost({ isEcho: true })
      const { call, id } = await answered()
      const stream = newId()
      const rtp = { host: host.address, format: 'alaw' as const }
      const subject = { kind: 'channel', id } as const
      expect(await node.command.stream({ id: stream, subject, listen: 'in', speak: 'out', rtp })).toMatchObject({ result: 'ok' })
      await node.event('stream.started', id)
      void call.audio.play(toneSource([700]))
      await expect.poll(() => host.packets.length).toBeGreaterThan(60)
      await node.command.stopStream({ id: stream })
      await node.event('stream.ended', id)
      expect(new Set(host.packets.map(({ payloadType, payload }) => `${payloadType} ${payload.length}`))).toEqual(new Set(['8 160']))
      expect(call.audio.heard.strongestTone({ fromMs: 600, toMs: 1_000 }).frequencyHz).toBeCloseTo(700, -1)
      await host.close()
    })

    it('says what a stream is fed beside what is played, tells its marks, and drops the rest when it is flushed', async () => {
      const { call, id } = await answered()
      const stream = newId()
      const subject = { kind: 'channel', id } as const
      await node.command.stream({ id: stream, subject, speak: 'out' })
      await node.command.feedStream({ id: stream, item_id: newId(), media: tone })
      await node.command.markStream({ id: stream, mark: 'heard' })
      await node.command.feedStream({ id: stream, item_id: newId(), media: [{ tone: 'ringback/us', duration_ms: 60_000 }] })
      await node.command.markStream({ id: stream, mark: 'never' })
      expect((await node.event('stream.mark', id)).data).toMatchObject({ stream_id: stream, mark: 'heard', is_flushed: false })
      expect(call.audio.heard.strongestTone({ fromMs: 100, toMs: 400 }).frequencyHz).toBeGreaterThan(400)
      await node.command.flushStream({ id: stream })
      await expect.poll(() => told(id).at(-1)?.data).toMatchObject({ mark: 'never', is_flushed: true })
      await call.hangUp()
      await node.event('channel.ended', id)
      expect(
        told(id)
          .map(({ type }) => type)
          .slice(-2),
      ).toEqual(['stream.ended', 'channel.ended'])
    })

    it('dials, joins and hangs up', async () => {
      const { call, id } = await answered()
      const callee = await Phone.open({ user: '2000' })
      const bridge = newId()
      const leg = newId()
      const customer_id = String(told(id)[0]?.data['customer_id'])
      await node.command.createBridge({ id: bridge, customer_id, affinity: id })
      await node.command.join({ bridge_id: bridge, id })
      const from = { user: '1000' }
      await node.command.dial({ id: leg, customer_id, affinity: id, destination: callee.address, from, early_bridge_id: bridge })
      const incoming = await callee.nextCall()
      incoming.ring()
      await node.event('channel.progress', leg)
      incoming.answer()
      await node.event('channel.answered', leg)
      await node.event('bridge.joined', leg)
      await node.command.hangup({ id: leg, cause: 16, tag: 'over' })
      await incoming.until('ended')
      expect((await node.event('channel.ended', leg)).data).toMatchObject({ end: { by: 'local', cause: 16, tag: 'over' } })
      expect(call.ended).toBeUndefined()
      await callee.close()
    })
  })
}
