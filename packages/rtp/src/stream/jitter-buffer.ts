import type { LossConcealer } from '../audio/loss-concealer.ts'
import { lengthen, maxStretch, shorten } from '../audio/time-stretch.ts'
import { type RtpTimestamp, rtpTimestamp, ticksBetween } from '../number/rtp-timestamp.ts'
import type { RtpPacket } from '../packet/rtp-packet.ts'
import { HeadroomWindow } from './headroom-window.ts'
import { SampleRing } from './sample-ring.ts'

export type JitterBufferOptions = {
  readonly sampleRateHz: number
  /** Of RTP timestamps, where it differs from the sample rate: 8000 for G.722. */
  readonly clockRateHz?: number
  /** What `take()` is asked for. Default 20. */
  readonly frameMs?: number
  /** That packets shall come before their turn; below one frame, drifting clocks cost a frame now and then. Default 20. */
  readonly minDelayMs?: number
  /** That no packet is held longer. Default 200. */
  readonly maxDelayMs?: number
  /** Default: gaps are silent. */
  readonly concealer?: LossConcealer
}

export type Buffered = 'buffered' | 'duplicate' | 'late' | 'stray'
/** `silence`: nothing has come yet, or for longer than concealment lasts. */
export type Taken = 'audio' | 'concealed' | 'silence'

/** A gap so long is no loss, but a pause of the speaker or an end: the next packet may be placed anew without being heard. */
const PAUSE_MS = 100
/** Packets farther off are strays; three in a row are a new clock of the same source. */
const STRAY_MS = 1_000
const STRAYS_TO_RESTART = 3
/** Surplus that is left alone, so that the delay does not go up and down with every packet. */
const HYSTERESIS_MS = 10
/** Frames between two cuts: at most 7.5 % faster. */
const FRAMES_BETWEEN_CUTS = 5
const REMEMBERED_PACKETS = 128

/**
 * Decoded samples of one source, in order and at an even pace (RFC 3550 §6.4.4 leaves how). `put()` as packets come, `take()` every tick;
 * the ticks are its only clock. Delay follows what packets need: it grows at once when they come late, shrinks slowly when all come early,
 * and so follows any drift between the two clocks. Allocates nothing after its construction.
 */
export class JitterBuffer {
  readonly counts = { packets: 0, duplicates: 0, late: 0, strays: 0, restarts: 0, concealedSamples: 0, cutSamples: 0, addedSamples: 0 }
  readonly #concealer: LossConcealer | undefined
  readonly #ring: SampleRing
  readonly #window = new HeadroomWindow()
  readonly #heard: Int16Array
  readonly #samplesPerTick: number
  readonly #perMs: number
  readonly #minDelay: number
  readonly #maxDelay: number
  readonly #sequences = new Uint32Array(REMEMBERED_PACKETS)

  #ssrc: number | undefined
  #otherSsrc: number | undefined
  /** A timestamp and its place, near those to come. */
  #nearTimestamp: RtpTimestamp = rtpTimestamp(0)
  #nearPlace = 0
  /** Place of the next sample to be taken. */
  #play = 0
  /** Place behind the last sample that came. */
  #end = 0
  /** Samples that playing shall be put off by; negative to catch up. */
  #wish = 0
  #missed = Number.POSITIVE_INFINITY
  #strays = 0
  #framesSinceCut = 0

  constructor({
    sampleRateHz,
    clockRateHz = sampleRateHz,
    frameMs = 20,
    minDelayMs = 20,
    maxDelayMs = 200,
    concealer,
  }: JitterBufferOptions) {
    this.#perMs = sampleRateHz / 1_000
    this.#samplesPerTick = sampleRateHz / clockRateHz
    this.#minDelay = minDelayMs * this.#perMs
    this.#maxDelay = maxDelayMs * this.#perMs
    this.#ring = new SampleRing((maxDelayMs + STRAY_MS + 300) * this.#perMs)
    const frameSamples = frameMs * this.#perMs
    this.#heard = new Int16Array(frameSamples + maxStretch(frameSamples))
    this.#concealer = concealer
  }

  /** Samples between the next to be taken and the last that came. */
  get bufferedMs(): number {
    return Math.max(0, this.#end - this.#play) / this.#perMs
  }

  /** Takes the decoded samples of a packet, of which only the header is read. */
  put(packet: RtpPacket, samples: Int16Array, sampleCount: number): Buffered {
    if (packet.ssrc !== this.#ssrc && !this.#isNewSource(packet.ssrc)) return this.#stray()
    if (this.#ssrc === undefined) this.#restart(packet)
    this.#otherSsrc = undefined
    if (this.#isDuplicate(packet.sequenceNumber)) {
      this.counts.duplicates++
      return 'duplicate'
    }
    let place = this.#placeOf(packet.timestamp)
    const isPausing = this.#isPausing || (packet.hasMarker && this.#isEmpty)
    if (Math.abs(place - this.#play) > STRAY_MS * this.#perMs || (isPausing && this.#needsNewPlace(place))) {
      if (!isPausing && ++this.#strays < STRAYS_TO_RESTART) return this.#stray()
      this.#restart(packet)
      place = this.#placeOf(packet.timestamp)
    }
    this.#strays = 0
    this.counts.packets++
    this.#sequences[packet.sequenceNumber % REMEMBERED_PACKETS] = packet.sequenceNumber + 1
    this.#learn(place, packet.timestamp, isPausing)
    return this.#store(place, samples, sampleCount)
  }

  /** Fills a frame with what is due now. */
  take(frame: Int16Array): Taken {
    this.#framesSinceCut++
    if (this.#ssrc === undefined) {
      frame.fill(0)
      return 'silence'
    }
    if (this.#wish > 0) return this.#takeLonger(frame)
    if (this.#wish <= -maxStretch(frame.length) && this.#takeShorter(frame)) return 'audio'
    return this.#takePlain(frame, frame.length)
  }

  /** Forgets the source: the next packet begins anew. */
  reset(): void {
    this.#ssrc = undefined
    this.#missed = Number.POSITIVE_INFINITY
    this.#concealer?.reset()
  }

  get #isEmpty(): boolean {
    return this.#end <= this.#play
  }

  /** Nothing was heard for long, and nothing is waiting to be. A marker says the same of its packet at once (RFC 3551 §4.1). */
  get #isPausing(): boolean {
    return this.#missed >= PAUSE_MS * this.#perMs && this.#isEmpty
  }

  /** A second packet in a row makes another source the source; one alone may have lost its way. */
  #isNewSource(ssrc: number): boolean {
    const isNew = this.#ssrc === undefined || ssrc === this.#otherSsrc
    this.#otherSsrc = ssrc
    if (isNew) this.reset()
    return isNew
  }

  #stray(): Buffered {
    this.counts.strays++
    return 'stray'
  }

  #isDuplicate(sequence: number): boolean {
    return this.#sequences[sequence % REMEMBERED_PACKETS] === sequence + 1
  }

  #placeOf(timestamp: RtpTimestamp): number {
    return this.#nearPlace + Math.round(ticksBetween(this.#nearTimestamp, timestamp) * this.#samplesPerTick)
  }

  #needsNewPlace(place: number): boolean {
    const headroom = place - this.#play
    return headroom < 0 || headroom > this.#maxDelay
  }

  /** Everything begins with this packet. */
  #restart({ ssrc, timestamp }: RtpPacket): void {
    if (this.#ssrc !== undefined) this.counts.restarts++
    this.#ssrc = ssrc
    this.#ring.clear(0, this.#ring.capacity)
    this.#sequences.fill(0)
    this.#window.clear()
    this.#wish = 0
    this.#strays = 0
    this.#nearTimestamp = timestamp
    this.#nearPlace = this.#play + Math.min(2 * this.#minDelay, this.#maxDelay)
    this.#end = this.#nearPlace
  }

  /** Notes when a packet came, and what follows from it for the delay. */
  #learn(place: number, timestamp: RtpTimestamp, isPausing: boolean): void {
    if (place > this.#nearPlace) {
      this.#nearPlace = place
      this.#nearTimestamp = timestamp
    }
    this.#window.push(place - this.#play)
    const { least } = this.#window
    if (least < this.#minDelay) this.#wish = Math.max(0, Math.min(this.#minDelay - least, this.#maxDelay - this.#window.most))
    else if (this.#window.isHalfFull && least > this.#minDelay + HYSTERESIS_MS * this.#perMs) this.#wish = this.#minDelay - least
    else this.#wish = 0
    // While nobody speaks the delay may change at once.
    if (isPausing && this.#wish !== 0) this.#putOff(this.#wish)
    const surplus = place - this.#play - this.#maxDelay
    if (surplus > 0) this.#skip(surplus)
  }

  #store(place: number, samples: Int16Array, sampleCount: number): Buffered {
    const from = Math.max(0, this.#play - place)
    if (from >= sampleCount) {
      this.counts.late++
      return 'late'
    }
    this.#ring.write(place + from, samples, from, sampleCount)
    this.#end = Math.max(this.#end, place + sampleCount)
    return 'buffered'
  }

  /** Lets every packet have so many samples more (or fewer) before its turn. */
  #putOff(samples: number): void {
    const whole = Math.round(samples)
    this.#play -= whole
    this.#window.shift(whole)
    this.#wish = 0
  }

  #skip(samples: number): void {
    this.counts.cutSamples += samples
    this.#consume(samples)
    this.#window.shift(-samples)
  }

  #consume(samples: number): void {
    this.#ring.clear(this.#play, samples)
    this.#play += samples
  }

  /** Gains time: where what is there ends by waiting, in speech by saying a bit twice. */
  #takeLonger(frame: Int16Array): Taken {
    const { length } = frame
    const there = this.#ring.read(this.#play, this.#heard, 0, length)
    if (there === length) {
      this.#finishStretch(frame, lengthen(this.#heard, frame))
      return 'audio'
    }
    const gap = this.#ring.gap(this.#play + there, length - there)
    const waited = there + gap === length ? Math.min(gap, Math.round(this.#wish)) : 0
    return this.#takePlain(frame, length - waited)
  }

  #takeShorter(frame: Int16Array): boolean {
    const needed = frame.length + maxStretch(frame.length)
    if (this.#framesSinceCut < FRAMES_BETWEEN_CUTS || !this.#ring.isFilled(this.#play, needed)) return false
    this.#ring.read(this.#play, this.#heard, 0, needed)
    this.#finishStretch(frame, shorten(this.#heard, frame))
    this.#framesSinceCut = 0
    return true
  }

  #finishStretch(frame: Int16Array, used: number): void {
    this.#concealer?.receive(frame, 0, frame.length)
    this.#missed = 0
    this.#noteStretch(frame.length - used)
    this.#consume(used)
  }

  #noteStretch(added: number): void {
    if (added > 0) this.counts.addedSamples += added
    else this.counts.cutSamples -= added
    this.#window.shift(added)
    this.#wish -= added
  }

  /** Takes what is there and makes up what is not, and goes on by `used` samples: fewer than the frame only where it ends in a gap. */
  #takePlain(frame: Int16Array, used: number): Taken {
    const { length } = frame
    let isWhole = true
    for (let at = 0; at < length; ) {
      const there = this.#ring.read(this.#play + at, frame, at, length)
      if (there > 0) {
        this.#concealer?.receive(frame, at, at + there)
        this.#missed = 0
        at += there
        continue
      }
      const gap = this.#ring.gap(this.#play + at, length - at)
      if (this.#concealer) this.#concealer.conceal(frame, at, at + gap)
      else frame.fill(0, at, at + gap)
      this.#missed += gap
      this.counts.concealedSamples += gap
      isWhole = false
      at += gap
    }
    if (used < length) this.#noteStretch(length - used)
    this.#consume(used)
    if (isWhole) return 'audio'
    return this.#missed >= PAUSE_MS * this.#perMs ? 'silence' : 'concealed'
  }
}
