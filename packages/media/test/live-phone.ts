import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { DigitDecoder, pcmu, RTP_HEADER_OCTETS, RtpPacket, rtpTimestamp, sequenceNumber, writeRtpHeader } from '@voipbin/rtp'
import type { LegMedia, LocalMedia } from '../src/media-engine.ts'
import { sine } from './listen.ts'
import { PCMU } from './test-phone.ts'

/** A phone on real sockets and the real clock: says a tone, keeps what it hears. */
export class LivePhone {
  readonly heard: number[] = []
  readonly digits: string[] = []
  readonly ssrcs = new Set<number>()
  readonly #socket: Socket
  readonly #tone: Int16Array
  readonly #ssrc: number
  #frame = 0
  #to: LocalMedia | undefined
  #timer: NodeJS.Timeout | undefined
  /** Runs faster by so many millionths. */
  skewPpm = 0
  readonly #startMs = performance.now()
  readonly #decoder = new DigitDecoder({ clockRateHz: 8_000, onDigit: ({ digit }) => this.digits.push(digit) })

  private constructor(socket: Socket, frequency: number) {
    this.#socket = socket
    this.#ssrc = socket.address().port
    this.#tone = sine({ frequency, ms: 1_000 })
    const packet = new RtpPacket()
    const samples = new Int16Array(160)
    socket.on('message', (datagram) => {
      if (!packet.read(datagram)) return
      if (packet.payloadType === 101) this.#decoder.receive(packet, performance.now())
      if (packet.payloadType !== 0) return
      this.ssrcs.add(packet.ssrc)
      pcmu.decode(packet.octets, packet.payloadStart, packet.payloadEnd, samples)
      this.heard.push(...samples)
    })
  }

  static async open(frequency: number): Promise<LivePhone> {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return new LivePhone(socket, frequency)
  }

  get media(): LegMedia {
    const port = this.#socket.address().port
    return {
      ...{ remoteAddress: '127.0.0.1', remoteRtpPort: port, remoteRtcpPort: port, signallingAddress: '127.0.0.1' },
      ...{ codec: PCMU, alternatives: [], ptimeMs: 20, sends: true, receives: true },
      telephoneEvent: { sendPayloadType: 101, receivePayloadType: 101 },
    }
  }

  talk(to: LocalMedia): void {
    this.#to = to
    this.#beat()
  }

  /** Resolves when so much has been heard since now. */
  async hear(ms: number): Promise<Int16Array> {
    this.heard.length = 0
    while (this.heard.length < ms * 8) await once(this.#socket, 'message')
    return Int16Array.from(this.heard)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#socket.close()
  }

  readonly #beat = (): void => {
    const dueMs = () => this.#startMs + (this.#frame * 20) / (1 + this.skewPpm / 1e6)
    while (dueMs() <= performance.now()) this.#send(this.#frame++)
    this.#timer = setTimeout(this.#beat, Math.max(1, dueMs() - performance.now()))
  }

  #send(frame: number): void {
    const octets = Buffer.alloc(RTP_HEADER_OCTETS + 160)
    const timestamp = rtpTimestamp(frame * 160)
    writeRtpHeader(octets, { payloadType: 0, hasMarker: false, sequenceNumber: sequenceNumber(frame), timestamp, ssrc: this.#ssrc })
    pcmu.encode(this.#tone.subarray((frame % 50) * 160), 160, octets, RTP_HEADER_OCTETS)
    if (this.#to) this.#socket.send(octets, this.#to.rtpPort, this.#to.address)
  }
}
