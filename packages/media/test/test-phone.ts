import {
  type AudioCodec,
  DigitDecoder,
  DigitEncoder,
  isRtcp,
  OutgoingStream,
  type OwnPacket,
  RTP_HEADER_OCTETS,
  RtpPacket,
  rtpTimestamp,
  ticksBetween,
} from '@voipbin/rtp'
import { audioCodecOf } from '../src/leg/audio-codec-of.ts'
import type { LegCodec, LegMedia, LocalMedia } from '../src/media-engine.ts'
import type { MediaSocket, MediaSockets } from '../src/network/sockets.ts'
import type { TestClock } from './test-clock.ts'

export const PCMU: LegCodec = { name: 'PCMU', clockRate: 8_000, sendPayloadType: 0, receivePayloadType: 0 }
export const PCMA: LegCodec = { name: 'PCMA', clockRate: 8_000, sendPayloadType: 8, receivePayloadType: 8 }
export const L16: LegCodec = { name: 'L16', clockRate: 16_000, sendPayloadType: 96, receivePayloadType: 96 }

export type PhoneOptions = {
  readonly clock: TestClock
  readonly sockets: MediaSockets
  readonly port: number
  readonly address?: string
  readonly codec?: LegCodec
  readonly ptimeMs?: number
  /** undefined: takes no digits as events. */
  readonly eventPayloadType?: number | undefined
  readonly ssrc?: number
  /** Runs faster by so many millionths. */
  readonly skewPpm?: number
}

export type HeardPacket = {
  readonly atMs: number
  readonly payloadType: number
  readonly hasMarker: boolean
  readonly sequence: number
  readonly timestamp: number
  readonly ssrc: number
  readonly samples: Int16Array
}

/** The other end of a leg: says what it is told to, and keeps what it hears. */
export class TestPhone {
  readonly options: PhoneOptions
  readonly packets: HeardPacket[] = []
  readonly digits: string[] = []
  readonly rtcp: Buffer[] = []
  /** Ports that RTCP came from to the port of the media. */
  readonly muxedFrom: number[] = []
  /** Of the next packet only. */
  nextPtimeMs: number | undefined
  /** Keeps nothing of what it hears. */
  isDeaf = false
  readonly codec: AudioCodec
  readonly #decoder: DigitDecoder
  #socket: MediaSocket | undefined
  #rtcpSocket: MediaSocket | undefined
  #stream: OutgoingStream
  #to: LocalMedia | undefined
  #voice: ((sampleIndex: number) => number) | undefined
  #sampleIndex = 0
  #stop: (() => void) | undefined
  #nextMs = 0

  constructor(options: PhoneOptions) {
    this.options = options
    this.codec = audioCodecOf(options.codec ?? PCMU)
    this.#stream = this.#newStream(options.ssrc ?? options.port)
    this.#decoder = new DigitDecoder({ clockRateHz: this.codec.clockRateHz, onDigit: ({ digit }) => this.digits.push(digit) })
  }

  async open(): Promise<void> {
    const { sockets, address = '192.0.2.1', port, clock } = this.options
    const packet = new RtpPacket()
    this.#socket = await sockets.open(address, port, (datagram, _address, sourcePort) => {
      if (isRtcp(datagram)) this.muxedFrom.push(sourcePort)
      else if (packet.read(datagram)) this.#receive(packet, clock.now())
    })
    this.#rtcpSocket = await sockets.open(address, port + 1, (datagram) => void this.rtcp.push(datagram))
  }

  /** What the node is told of this phone. */
  media(parts: Partial<LegMedia> = {}): LegMedia {
    const { address = '192.0.2.1', port, ptimeMs = 20, codec = PCMU } = this.options
    const event = 'eventPayloadType' in this.options ? this.options.eventPayloadType : 101
    return {
      ...{ remoteAddress: address, remoteRtpPort: port, remoteRtcpPort: port + 1, signallingAddress: address },
      ...{ codec, alternatives: [], ptimeMs, sends: true, receives: true },
      telephoneEvent: event === undefined ? undefined : { sendPayloadType: event, receivePayloadType: event },
      ...parts,
    }
  }

  get dialled(): LocalMedia | undefined {
    return this.#to
  }

  dial(to: LocalMedia): void {
    this.#to = to
  }

  /** Speaks from now on: a sine, or samples once. */
  say(voice: { readonly frequency: number; readonly dB?: number } | Int16Array): void {
    if (voice instanceof Int16Array) {
      const from = this.#sampleIndex
      this.#voice = (index) => voice[index - from] ?? 0
    } else {
      const peak = 32_768 * Math.SQRT2 * 10 ** ((voice.dB ?? -13) / 20)
      this.#voice = (index) => peak * Math.sin((2 * Math.PI * voice.frequency * index) / this.codec.sampleRateHz)
    }
    if (this.#stop) return
    this.#nextMs = this.options.clock.now()
    this.#beat()
  }

  hush(): void {
    this.#stop?.()
    this.#stop = undefined
  }

  /** Sends a report of its own. */
  report(octets: Buffer): void {
    if (this.#to) this.#rtcpSocket?.send(octets, this.#to.rtcpPort, this.#to.address)
  }

  /** Begins anew with another SSRC, as phones do after a hold. */
  changeSsrc(ssrc: number): void {
    this.#stream = this.#newStream(ssrc)
  }

  /** Sends a digit as telephone-event, beside what it says. */
  press(digit: string, durationMs = 100): void {
    const encoder = new DigitEncoder({ clockRateHz: this.codec.clockRateHz })
    encoder.start(digit, durationMs, rtpTimestamp(this.#sampleIndex))
    const payloadType = this.options.eventPayloadType ?? 101
    const beat = () => {
      const octets = Buffer.alloc(RTP_HEADER_OCTETS + 4)
      if (encoder.write(octets, RTP_HEADER_OCTETS) === 0) return
      this.#send(octets, { payloadType, timestamp: encoder.timestamp, hasMarker: encoder.hasMarker, payloadOctets: 4 })
      this.options.clock.at(this.options.clock.now() + 20, beat)
    }
    beat()
  }

  /** Audio of the packets heard since a time, in order, without regard to when they came. */
  heard(sinceMs = 0): Int16Array {
    return Int16Array.from(
      this.packets
        .filter(({ atMs, payloadType }) => atMs > sinceMs && payloadType === this.#payloadType)
        .flatMap(({ samples }) => [...samples]),
    )
  }

  close(): void {
    this.hush()
    this.#socket?.close()
    this.#rtcpSocket?.close()
  }

  get #payloadType(): number {
    return (this.options.codec ?? PCMU).sendPayloadType
  }

  readonly #beat = (): void => {
    const { skewPpm = 0, clock } = this.options
    const ptimeMs = this.nextPtimeMs ?? this.options.ptimeMs ?? 20
    this.nextPtimeMs = undefined
    const samples = new Int16Array((this.codec.sampleRateHz * ptimeMs) / 1_000)
    for (let index = 0; index < samples.length; index++) samples[index] = this.#voice?.(this.#sampleIndex + index) ?? 0
    const octets = Buffer.alloc(RTP_HEADER_OCTETS + samples.length * this.codec.octetsPerSample)
    const payloadOctets = this.codec.encode(samples, samples.length, octets, RTP_HEADER_OCTETS)
    this.#send(octets, {
      payloadType: (this.options.codec ?? PCMU).receivePayloadType,
      timestamp: rtpTimestamp(this.#sampleIndex),
      hasMarker: false,
      payloadOctets,
    })
    this.#sampleIndex += samples.length
    this.#nextMs += ptimeMs / (1 + skewPpm / 1e6)
    this.#stop = clock.at(this.#nextMs, this.#beat)
  }

  #send(octets: Buffer, packet: OwnPacket): void {
    this.#stream.writeOwn(octets, packet, this.options.clock.now())
    if (this.#to) this.#socket?.send(octets, this.#to.rtpPort, this.#to.address)
  }

  #receive(packet: RtpPacket, atMs: number): void {
    if (this.isDeaf) return
    const { payloadType, hasMarker, sequenceNumber: sequence, timestamp, ssrc } = packet
    this.#decoder.expire(atMs)
    if (payloadType === this.options.eventPayloadType || payloadType === 101) this.#decoder.receive(packet, atMs)
    const samples = new Int16Array(payloadType === this.#payloadType ? packet.payloadOctets / this.codec.octetsPerSample : 0)
    if (samples.length > 0) this.codec.decode(packet.octets, packet.payloadStart, packet.payloadEnd, samples)
    this.packets.push({ atMs, payloadType, hasMarker, sequence, timestamp, ssrc, samples })
  }

  #newStream(ssrc: number): OutgoingStream {
    return new OutgoingStream({ ssrc, firstSequenceNumber: 65_530, firstTimestamp: 0xffff_f000, clockRateHz: this.codec.clockRateHz })
  }
}

/** Where a stream of packets jumps: not the next number, or a timestamp that goes back. Empty for a continuous one. */
export function jumps(packets: readonly HeardPacket[]): readonly string[] {
  return packets.slice(1).flatMap((packet, index) => {
    const before = packets[index]
    if (!before) return []
    const isNext = ((packet.sequence - before.sequence) & 0xffff) === 1
    const ticks = ticksBetween(rtpTimestamp(before.timestamp), rtpTimestamp(packet.timestamp))
    const isOneSource = packet.ssrc === before.ssrc
    return isNext && ticks >= 0 && ticks < 8_000 && isOneSource ? [] : [`${before.sequence}→${packet.sequence}, ${ticks} ticks`]
  })
}
