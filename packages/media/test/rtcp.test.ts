import { compactNtp, ntpTime, type RtcpPacket, readRtcp, writeRtcp } from '@voipbin/rtp'
import { expect, test } from 'vitest'
import { TestNode } from './test-node.ts'
import { L16, type TestPhone } from './test-phone.ts'

async function echo(mux = false): Promise<{ node: TestNode; phone: TestPhone }> {
  const node = new TestNode()
  const port = 40_000
  const phone = await node.phone('leg', { port, ...(mux ? { media: { remoteRtcpPort: port } } : {}) })
  node.engine.setEcho('leg', true)
  phone.say({ frequency: 440 })
  return { node, phone }
}

const reports = (phone: TestPhone): readonly RtcpPacket[] => phone.rtcp.flatMap((datagram) => readRtcp(datagram) ?? [])

function kind<K extends RtcpPacket['kind']>(packets: readonly RtcpPacket[], of: K): readonly Extract<RtcpPacket, { kind: K }>[] {
  return packets.filter((packet): packet is Extract<RtcpPacket, { kind: K }> => packet.kind === of)
}

test('a leg that sends reports what it sent and what came', async () => {
  const { node, phone } = await echo()
  node.network.conditions = { loss: 0.1 }
  await node.clock.advance(30_000)
  const last = kind(reports(phone), 'sender-report').at(-1)
  const before = phone.packets.length
  expect(last?.ssrc).toBe(phone.packets[0]?.ssrc)
  expect(last?.packetCount).toBeGreaterThan(before - 500)
  expect(last?.octetCount).toBe(160 * (last?.packetCount ?? 0))
  expect(last?.reports[0]?.ssrc).toBe(phone.options.port)
  expect(last?.reports[0]?.cumulativeLost).toBeGreaterThan(50)
  expect(kind(reports(phone), 'source-description').length).toBeGreaterThan(3)
})

test('a leg that only hears sends receiver reports', async () => {
  const node = new TestNode()
  const phone = await node.phone('leg', { media: { sends: false } })
  phone.say({ frequency: 440 })
  await node.clock.advance(20_000)
  expect(kind(reports(phone), 'sender-report')).toEqual([])
  expect(kind(reports(phone), 'receiver-report').length).toBeGreaterThan(1)
})

test('the round trip comes from reports of the peer, those of strangers are not believed', async () => {
  const { node, phone } = await echo()
  await node.clock.advance(12_000)
  const sent = kind(reports(phone), 'sender-report').at(-1)
  if (!sent) throw new Error('no report')
  const answer = (delayMs: number): Buffer => {
    const lastSenderReport = compactNtp(sent.ntp)
    const sinceMs = node.clock.unixMs() - delayMs - ntpMs(sent.ntp)
    const loss = { fractionLost: 0, cumulativeLost: 0, extendedHighestSequence: 1, jitterTicks: 0 }
    const block = { ssrc: sent.ssrc, ...loss, lastSenderReport, delaySinceLastSenderReport: Math.round(sinceMs * 65.536) }
    return Buffer.from(writeRtcp([{ kind: 'receiver-report', ssrc: phone.options.port, reports: [block] }]))
  }
  const to = phone.dialled?.rtcpPort ?? 0
  const stranger = await node.network.open('203.0.113.5', 9_000, () => {})
  phone.report(answer(80))
  stranger.send(answer(900), to, '198.51.100.1')
  await node.clock.advance(10_000)
  const quality = await node.engine.closeLeg('leg')
  expect(quality?.roundTripMs).toBeGreaterThan(75)
  expect(quality?.roundTripMs).toBeLessThan(85)
})

/** The inverse of `ntpTime`. */
function ntpMs(time: ReturnType<typeof ntpTime>): number {
  const [second] = [ntpTime(0).seconds]
  return (time.seconds - second) * 1_000 + (time.fraction / 2 ** 32) * 1_000
}

test('reports go to the port of the media where both share one', async () => {
  const { node, phone } = await echo(true)
  await node.clock.advance(12_000)
  expect(reports(phone)).toEqual([])
  expect(phone.muxedFrom.length).toBeGreaterThan(1)
  expect(new Set(phone.muxedFrom)).toEqual(new Set([phone.dialled?.rtpPort]))
})

test('a leg that is closed says goodbye', async () => {
  const { node, phone } = await echo()
  await node.clock.advance(8_000)
  expect(kind(reports(phone), 'goodbye')).toEqual([])
  await node.engine.closeLeg('leg')
  expect(kind(reports(phone), 'goodbye').map(({ ssrcs }) => ssrcs)).toEqual([[phone.packets[0]?.ssrc]])
})

test('another clock is another stream, and all packets are counted', async () => {
  const { node, phone } = await echo()
  await node.clock.advance(1_000)
  const [first] = phone.packets
  node.engine.connectLeg('leg', phone.media({ codec: L16, alternatives: [] }))
  node.engine.setBackground('leg', 'moh')
  node.engine.setEcho('leg', false)
  await node.clock.advance(1_000)
  expect(phone.packets.at(-1)?.payloadType).toBe(96)
  expect(phone.packets.at(-1)?.ssrc).not.toBe(first?.ssrc)
  expect((await node.engine.closeLeg('leg'))?.packetsSent).toBe(phone.packets.length)
})
