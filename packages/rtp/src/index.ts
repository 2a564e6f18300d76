export type { AudioCodec } from './audio/audio-codec.ts'
export { pcma, pcmu } from './audio/g711.ts'
export { l16 } from './audio/l16.ts'
export { type LossConcealer, PitchConcealer } from './audio/loss-concealer.ts'
export { Resampler, resampleAll } from './audio/resampler.ts'
export { type Digit, DigitDecoder, type DigitDecoderOptions } from './digit/digit-decoder.ts'
export { DigitEncoder, type DigitEncoderOptions } from './digit/digit-encoder.ts'
export { type CompactNtp, compactNtp, type NtpTime, ntpTime, roundTripMs } from './number/ntp-time.ts'
export * from './number/rtp-timestamp.ts'
export * from './number/sequence-number.ts'
export { readRtcp } from './packet/read-rtcp.ts'
export * from './packet/rtcp-packet.ts'
export * from './packet/rtp-packet.ts'
export {
  digitOfEvent,
  eventOfDigit,
  MAX_EVENT_TICKS,
  TELEPHONE_EVENT_OCTETS,
  TelephoneEvent,
  writeTelephoneEvent,
} from './packet/telephone-event.ts'
export { writeRtcp } from './packet/write-rtcp.ts'
export * from './source/estimate-mos.ts'
export { averageRtcpOctets, nextReportMs, type RtcpMembership, rtcpIntervalMs } from './source/rtcp-interval.ts'
export { type Arrival, SourceStatistics } from './source/source-statistics.ts'
export { type Buffered, JitterBuffer, type JitterBufferOptions, type Taken } from './stream/jitter-buffer.ts'
export { OutgoingStream, type OutgoingStreamOptions, type OwnPacket } from './stream/outgoing-stream.ts'
export { type LatchTerms, type SourceAddress, SourceLatch } from './stream/source-latch.ts'
