import { type AudioCodec, RTP_HEADER_OCTETS } from '@voipbin/rtp'

/** The kernel may hold a packet back while it is busy; by the time its buffer is used again it has long gone, or the network is dead. */
const BUFFERS = 4

/** Takes a packet: payload from `RTP_HEADER_OCTETS` on, the header still to be written. */
export type PacketSink = { packet(octets: Buffer, firstTick: number): void }

/** Encodes frames into packets of the negotiated packet time, whatever the length of frames. */
export class Packetiser {
  readonly codec: AudioCodec
  readonly ptimeMs: number
  readonly #sink: PacketSink
  readonly #buffers: readonly Buffer[]
  readonly #packetSamples: number
  #buffer = 0
  /** Samples in the present buffer, and the tick of the first. */
  #used = 0
  #firstTick = 0

  constructor(codec: AudioCodec, ptimeMs: number, sink: PacketSink) {
    this.codec = codec
    this.ptimeMs = ptimeMs
    this.#sink = sink
    this.#packetSamples = (codec.sampleRateHz * ptimeMs) / 1_000
    const octets = RTP_HEADER_OCTETS + this.#packetSamples * codec.octetsPerSample
    this.#buffers = Array.from({ length: BUFFERS }, () => Buffer.alloc(octets))
  }

  /** @param tick of the first sample, on the clock of the samples */
  push(samples: Int16Array, tick: number): void {
    if (this.#used > 0 && this.#firstTick + this.#used !== tick) this.#used = 0 // what was begun is too old to be finished
    for (let at = 0; at < samples.length; ) {
      if (this.#used === 0) this.#firstTick = tick + at
      const count = Math.min(this.#packetSamples - this.#used, samples.length - at)
      const buffer = this.#buffers[this.#buffer]
      if (!buffer) return
      const source = at === 0 ? samples : samples.subarray(at)
      this.codec.encode(source, count, buffer, RTP_HEADER_OCTETS + this.#used * this.codec.octetsPerSample)
      this.#used += count
      at += count
      if (this.#used === this.#packetSamples) this.#finish(buffer)
    }
  }

  /** A frame that is encoded already and makes exactly one packet. @returns false where it does not: push its samples */
  pushEncoded(payload: Uint8Array, tick: number): boolean {
    const buffer = this.#buffers[this.#buffer]
    if (!buffer || this.#used > 0 || payload.length !== buffer.length - RTP_HEADER_OCTETS) return false
    buffer.set(payload, RTP_HEADER_OCTETS)
    this.#firstTick = tick
    this.#finish(buffer)
    return true
  }

  #finish(buffer: Buffer): void {
    this.#used = 0
    this.#buffer = (this.#buffer + 1) % BUFFERS
    this.#sink.packet(buffer, this.#firstTick)
  }
}
