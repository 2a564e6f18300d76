import { pcmu, rtpTimestamp, sequenceNumber, writeRtpPacket, writeTelephoneEvent } from '@voipbin/rtp'
import { type NegotiatedMedia, PCMU } from '@voipbin/sdp'
import { expect, it } from 'vitest'
import { RtpReceiver } from './rtp-receiver.ts'
import { toneSource } from './sources.ts'

const media: NegotiatedMedia = {
  ...{ mediaIndex: 0, remote: { address: '127.0.0.1', port: 9 }, remoteRtcp: undefined, hasRtcpMux: false },
  codecs: [{ ...PCMU, sendPayloadType: 0, receivePayloadType: 0 }],
  telephoneEvent: { name: 'telephone-event', clockRateHz: 8_000, channels: 1, sendPayloadType: 101, receivePayloadType: 101 },
  ...{ ptimeMs: 20, direction: 'sendrecv', isOnHold: false },
}

function aReceiver() {
  let digits = ''
  const receiver = new RtpReceiver((digit) => {
    digits += digit
  })
  receiver.agree(media)
  const tone = toneSource([500])
  const frame = new Int16Array(160)
  const payload = new Uint8Array(160)
  const audio = (number: number, atMs: number, { timestamp = 160 * number, ssrc = 7, payloadType = 0 } = {}) => {
    tone.read(frame)
    pcmu.encode(frame, 160, payload, 0)
    const header = { payloadType, hasMarker: false, sequenceNumber: sequenceNumber(number), timestamp: rtpTimestamp(timestamp), ssrc }
    receiver.receive(writeRtpPacket({ ...header, payload }), atMs)
  }
  const event = (number: number, atMs: number, durationTicks: number, isEnd: boolean) => {
    const octets = new Uint8Array(4)
    writeTelephoneEvent(octets, 0, { event: 5, isEnd, volume: 10, durationTicks })
    const header = { payloadType: 101, hasMarker: false, sequenceNumber: sequenceNumber(number), timestamp: rtpTimestamp(9_000), ssrc: 7 }
    receiver.receive(writeRtpPacket({ ...header, payload: octets }), atMs)
  }
  return { receiver, audio, event, digits: () => digits }
}

it('a packet that was lost is a gap, one that came late is not', () => {
  const { receiver, audio } = aReceiver()
  for (const number of [0, 1, 2, 4, 5, 7, 6]) audio(number, 20 * number)
  expect(receiver.heard.durationMs).toBe(160)
  expect(receiver.counts).toEqual({ packets: 7, lost: 1, refused: 0 })
  expect(receiver.heard.gaps({ minMs: 10 })).toEqual([{ fromMs: 60, toMs: 80 }])
})

it('a sender that paused its clock, or another one, goes on where it is now', () => {
  const { receiver, audio } = aReceiver()
  audio(0, 0)
  audio(1, 1_000, { timestamp: 160 })
  audio(900, 2_000, { ssrc: 8, timestamp: 4_000_000_000 })
  expect(receiver.heard.durationMs).toBe(2_020)
  expect(receiver.ssrcs).toEqual([7, 8])
  expect(receiver.counts.lost).toBe(0)
  expect(receiver.heard.levelDb({ fromMs: 1_000, toMs: 1_020 })).toBeGreaterThan(-20)
  expect(receiver.heard.levelDb({ fromMs: 500, toMs: 600 })).toBe(-100)
})

it('what is no RTP, and what was not agreed on, is refused', () => {
  const { receiver, audio } = aReceiver()
  receiver.receive(Buffer.from('not RTP at all, is it'), 0)
  audio(0, 0, { payloadType: 8 })
  expect(receiver.counts.refused).toBe(2)
  expect(receiver.heard.durationMs).toBe(0)
})

it('a digit is heard once, also when its end is lost', () => {
  const { event, digits } = aReceiver()
  event(0, 0, 160, false)
  event(1, 20, 320, false)
  event(2, 40, 480, true)
  event(3, 40, 480, true)
  expect(digits()).toBe('5')
  const other = aReceiver()
  other.event(0, 0, 160, false)
  other.receiver.tick(100)
  expect(other.digits()).toBe('')
  other.receiver.tick(300)
  expect(other.digits()).toBe('5')
})
