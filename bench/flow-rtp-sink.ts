/** Where the RTP of all calls of `bench/flow-load.ts` goes, told apart by SSRC. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

export type RtpTold = {
  readonly streams: number
  readonly packets: number
  /** Numbers that are missing between those that came. */
  readonly lost: number
  /** Later than a phone's jitter buffer waits. */
  readonly late: number
  readonly gapMaxMs: number
  readonly lateP99Ms: number
  readonly lateMaxMs: number
}

const PACKET_MS = 20
const BUFFER_MS = 60

/** Arrivals of one stream, by the time at which each was due were the first of them on time. */
type Stream = { last: number; lastAt: number; earliest: number; readonly offsets: number[]; lost: number; gapMaxMs: number }

export class RtpSink {
  readonly #socket = createSocket('udp4')
  readonly #streams = new Map<number, Stream>()
  #isListening = false

  async open(): Promise<void> {
    this.#socket.bind(0, '127.0.0.1')
    await once(this.#socket, 'listening')
    this.#socket.setRecvBufferSize(8 * 1024 * 1024)
    this.#socket.on('message', (packet) => {
      if (this.#isListening && packet.length > 12) this.#receive(packet, performance.now())
    })
  }

  get port(): number {
    return this.#socket.address().port
  }

  listens(isListening: boolean): void {
    this.#isListening = isListening
  }

  #receive(packet: Buffer, at: number): void {
    const [ssrc, number] = [packet.readUInt32BE(8), packet.readUInt16BE(2)]
    const stream = this.#streams.get(ssrc)
    if (!stream) {
      this.#streams.set(ssrc, { last: number, lastAt: at, earliest: at - number * PACKET_MS, offsets: [], lost: 0, gapMaxMs: 0 })
      return
    }
    const step = (number - (stream.last & 0xffff) + 0x1_0000) & 0xffff
    stream.last += step
    stream.lost += Math.max(0, step - 1)
    stream.gapMaxMs = Math.max(stream.gapMaxMs, at - stream.lastAt)
    stream.lastAt = at
    const offset = at - stream.last * PACKET_MS
    stream.earliest = Math.min(stream.earliest, offset)
    stream.offsets.push(offset)
  }

  /** @returns undefined where nothing was listened to; then begins anew */
  tell(): RtpTold | undefined {
    const streams = [...this.#streams.values()]
    this.#streams.clear()
    if (streams.length === 0) return undefined
    const lateness = streams.flatMap(({ offsets, earliest }) => offsets.map((offset) => offset - earliest)).sort((a, b) => a - b)
    return {
      ...{ streams: streams.length, packets: lateness.length + streams.length },
      lost: streams.reduce((sum, { lost }) => sum + lost, 0),
      late: lateness.filter((ms) => ms > BUFFER_MS).length,
      gapMaxMs: streams.reduce((most, { gapMaxMs }) => Math.max(most, gapMaxMs), 0),
      lateP99Ms: lateness[Math.floor(lateness.length * 0.99)] ?? 0,
      lateMaxMs: lateness.at(-1) ?? 0,
    }
  }
}
