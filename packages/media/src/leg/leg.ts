import { type AudioCodec, SourceLatch } from '@voipbin/rtp'
import { FrameResampler } from '../audio/frame-resampler.ts'
import type { Background, LegMedia, Mute } from '../media-engine.ts'
import type { LegQuality, MediaEvent } from '../media-event.ts'
import type { MediaSocket } from '../network/sockets.ts'
import type { AudioSource } from '../playback/audio-source.ts'
import type { OpenSource } from '../playback/open-source.ts'
import { PlayQueue } from '../playback/play-queue.ts'
import { Recorders } from '../recording/recorders.ts'
import { Streams } from '../stream/streams.ts'
import type { MediaClock } from '../tick/clock.ts'
import { FRAME_MS } from '../tick/ticker.ts'
import { EventPaths } from './event-paths.ts'
import { type DigitMethod, InfoDuplicates } from './info-duplicates.ts'
import { LegInput } from './leg-input.ts'
import { LegOutput } from './leg-output.ts'
import { LegRtcp } from './leg-rtcp.ts'
import { qualityOf } from './quality.ts'
import { RtpTimeout } from './rtp-timeout.ts'

/** What a leg asks of those around it. */
export type LegHost = {
  readonly clock: MediaClock
  readonly random: () => number
  readonly emit: (event: MediaEvent) => void
  readonly open: OpenSource
  readonly background: (kind: Background) => AudioSource | undefined
  /** Something changed that decides whether the leg can be forwarded undecoded. */
  readonly onPath: (leg: Leg) => void
  readonly onDigit: (leg: Leg, digit: string, durationMs: number, method: DigitMethod) => void
}

/** What a leg hears of the bridge that it sits in, in this turn. */
export type Ear = {
  listen(frameSamples: number): Int16Array
  /** The same in a codec, where several hear the same; undefined: encode it yourself. */
  encoded(codec: AudioCodec): Uint8Array | undefined
}

/** Hold of RFC 2543: nowhere to send to, which says nothing of where the peer is. */
const UNSPECIFIED = /^[0.:]+$/
const HOUSEKEEPING_MS = 1_000
const HOUSEKEEPING_FRAMES = HOUSEKEEPING_MS / FRAME_MS
const QUALITY_EVERY_MS = 10_000
/** Without anything to say, a packet now and then keeps the way through NATs open, and peers from giving up. */
const KEEPALIVE_FRAMES = 5_000 / FRAME_MS

/** One side of a call: a pair of ports, what comes in, what goes out, and what is played and recorded on it. */
export class Leg {
  readonly id: string
  readonly affinity: string
  slot: number
  readonly latch = new SourceLatch({ signalled: undefined, signallingAddress: '', payloadTypes: [] })
  readonly input: LegInput
  readonly output: LegOutput
  readonly rtcp: LegRtcp
  readonly plays: PlayQueue
  readonly recorders = new Recorders()
  readonly streams = new Streams()
  readonly timeout: RtpTimeout
  /** Taken in this turn: what the peer said, and whether it said anything. */
  said = new Int16Array(160)
  hasSaid = false
  media: LegMedia | undefined
  ear: Ear | undefined
  /** Its packets go straight there, undecoded. */
  forwardTo: Leg | undefined
  mute: Mute = 'none'
  isEchoing = false
  readonly #host: LegHost
  /** While a digit is told: the leg that has got its packets. */
  digitForwardedTo: string | undefined
  readonly #eventPaths = new EventPaths()
  readonly #infoDuplicates = new InfoDuplicates()
  #sockets: readonly MediaSocket[] = []
  #background: AudioSource | undefined
  #heard = new Int16Array(160)
  #silence = new Int16Array(160)
  #withStreams = new Int16Array(160)
  /** Its own voice in the rate that it is sent; they differ where it says one codec and is sent another. */
  #echo = new FrameResampler(160)
  #qualityMs: number
  #restedFrames = 0

  constructor({ id, affinity, slot }: { id: string; affinity: string; slot: number }, host: LegHost) {
    this.id = id
    this.affinity = affinity
    this.slot = slot
    this.#host = host
    const { random, clock, emit } = host
    this.input = new LegInput(this.latch, {
      onMedia: () => emit({ type: 'leg.media', leg: id }),
      onEvent: (timestamp) => this.#eventPaths.take(timestamp, this.forwardTo?.id),
      onDigit: (digit, durationMs, timestamp) => {
        this.digitForwardedTo = this.#eventPaths.of(timestamp)
        this.receiveDigit(digit, durationMs, 'rfc4733')
        this.digitForwardedTo = undefined
      },
      onFormat: () => host.onPath(this),
    })
    const onDigitsSent = () => {
      emit({ type: 'leg.digits_sent', leg: id })
    }
    this.output = new LegOutput({ latch: this.latch, random, onDigitsSent })
    this.rtcp = new LegRtcp({ latch: this.latch, input: this.input, output: this.output, random, unixMs: () => clock.unixMs() })
    this.plays = new PlayQueue({ open: host.open, emit, onChange: () => host.onPath(this) })
    this.timeout = new RtpTimeout(clock.now())
    this.#qualityMs = clock.now() + QUALITY_EVERY_MS
  }

  /** Nothing needs its samples: packets may be forwarded as they are. */
  get isPlain(): boolean {
    if (!this.media || this.isEchoing || this.mute !== 'none' || this.#background) return false
    return !this.plays.isPlaying && this.recorders.count + this.streams.count === 0 && !this.output.digits.isSending
  }

  get #isDeaf(): boolean {
    return this.mute === 'out' || this.mute === 'both'
  }

  get quality(): LegQuality {
    return qualityOf(this.input, this.output, this.rtcp.roundTripMs)
  }

  get sendErrors(): number {
    return this.#sockets.reduce((sum, socket) => sum + socket.sendErrors, 0)
  }

  setSockets(rtp: MediaSocket, rtcp: MediaSocket): void {
    this.#sockets = [rtp, rtcp]
    this.output.socket = rtp
    this.rtcp.socket = rtcp
  }

  connect(media: LegMedia): void {
    this.media = media
    this.latch.renegotiate({
      signalled:
        media.remoteRtpPort > 0 && !UNSPECIFIED.test(media.remoteAddress)
          ? { address: media.remoteAddress, port: media.remoteRtpPort }
          : undefined,
      signallingAddress: media.signallingAddress,
      payloadTypes: [media.codec, ...media.alternatives, ...(media.telephoneEvent ? [media.telephoneEvent] : [])].map(
        ({ receivePayloadType }) => receivePayloadType,
      ),
    })
    this.#connectSocket(this.#host.clock.now())
    this.input.configure(media)
    this.output.configure(media)
    this.rtcp.remotePort = media.remoteRtcpPort
    if (media.remoteRtcpPort === media.remoteRtpPort) this.rtcp.socket = this.#sockets[0] // multiplexed: RFC 5761
    this.timeout.restart(this.#host.clock.now())
    this.#heard = new Int16Array((this.output.codec?.sampleRateHz ?? 8_000) / (1_000 / FRAME_MS))
    this.#silence = new Int16Array(this.#heard.length)
    this.#withStreams = new Int16Array(this.#heard.length)
    this.#echo = new FrameResampler(this.#heard.length)
    this.#host.onPath(this)
  }

  setBackground(kind: Background): void {
    this.#background?.close()
    this.#background = this.#host.background(kind)
    this.#host.onPath(this)
  }

  receiveDigit(digit: string, durationMs: number, method: DigitMethod): void {
    // Of a digit that is being pressed, its end by RTP tells.
    if (method === 'info' && this.input.openDigit === digit) return
    if (this.#infoDuplicates.isNew(digit, method, this.#host.clock.now())) this.#host.onDigit(this, digit, durationMs, method)
  }

  readonly receiveRtp = (datagram: Buffer, address: string, port: number, nowMs: number): void => {
    const { input } = this
    const second = datagram[1] ?? 0
    if (second >= 192 && second <= 223) {
      this.rtcp.receive(datagram, address, port, nowMs) // both on one port: RFC 5761 §4
      return
    }
    if (!this.media || !input.receive(datagram, address, port, nowMs)) return
    const { forwardTo } = this
    if (!forwardTo) input.put()
    else if (!input.isEvent || this.#eventPaths.of(input.packet.timestamp) === forwardTo.id) {
      forwardTo.output.forward(input.packet, datagram, nowMs)
    }
  }

  readonly receiveRtcp = (datagram: Buffer, address: string, port: number, nowMs: number): void => {
    this.rtcp.receive(datagram, address, port, nowMs)
  }

  /** First half of a turn: takes what the peer said. */
  hear(): void {
    if (this.forwardTo) return
    const { input } = this
    const samples = input.rate / (1_000 / FRAME_MS)
    if (this.said.length !== samples) this.said = new Int16Array(samples)
    this.hasSaid = input.take(this.said)
    if (this.hasSaid && (this.mute === 'in' || this.mute === 'both')) {
      this.hasSaid = false
      this.said.fill(0)
    }
    if (this.streams.count > 0) this.#sayForStreams()
  }

  /** To those whom the party talks to, it says what streams say for it. */
  #sayForStreams(): void {
    this.streams.take(this.#heard.length)
    if (!this.streams.speak('in', this.said.length)) return
    this.streams.addVoices('in', this.said)
    this.hasSaid = true
  }

  /** Second half of a turn: sends what the peer is to hear. */
  speak(frame: number, nowMs: number): void {
    if ((frame + this.slot) % HOUSEKEEPING_FRAMES === 0) this.#keepHouse(nowMs)
    this.input.expireDigits(nowMs)
    if (this.forwardTo) return
    const heard = this.streams.count > 0 ? this.#hearStreams(frame, nowMs) : this.#chooseHeard()
    if (this.recorders.count > 0) this.recorders.write(this.hasSaid ? this.said : undefined, heard, frame)
    const wasSending = this.output.digits.isSending
    if (heard) this.#send(heard, frame, nowMs)
    else this.#rest(frame, nowMs)
    if (wasSending && !this.output.digits.isSending) this.#host.onPath(this)
  }

  /** What the peer is to hear, what streams say included; and streams hear. */
  #hearStreams(frame: number, nowMs: number): Int16Array | undefined {
    let heard = this.#chooseHeard()
    const isDeaf = this.#isDeaf
    if (!isDeaf && this.media && this.streams.speak('out', this.#heard.length)) {
      if (heard) this.#withStreams.set(heard)
      else this.#withStreams.fill(0)
      heard = this.#withStreams
      this.streams.addVoices('out', heard)
      this.#encoded = undefined
    }
    this.streams.hear({ said: this.said, heard, isDeaf }, frame, nowMs)
    return heard
  }

  #encoded: Uint8Array | undefined

  /** What the peer is to hear in this turn; undefined: nothing at all. */
  #chooseHeard(): Int16Array | undefined {
    this.#encoded = undefined
    if (!this.media) return undefined
    const isDeaf = this.#isDeaf
    const heard = this.#heard
    if (this.isEchoing) return isDeaf ? this.#silence : this.#echo.convert(this.said)
    if (this.plays.isPlaying && this.plays.read(heard)) return isDeaf ? this.#silence : heard
    if (this.#background) return this.#background.read(heard) === 'audio' && !isDeaf ? heard : this.#silence
    if (!this.ear) return undefined
    const ofBridge = this.ear.listen(heard.length)
    if (isDeaf) return this.#silence
    const { codec } = this.output
    if (codec && this.output.ptimeMs === FRAME_MS) this.#encoded = this.ear.encoded(codec)
    return ofBridge
  }

  #send(heard: Int16Array, frame: number, nowMs: number): void {
    this.#restedFrames = 0
    this.output.speak(heard, this.#encoded, frame, nowMs)
  }

  #rest(frame: number, nowMs: number): void {
    this.#restedFrames++
    if (this.#restedFrames % KEEPALIVE_FRAMES === 0) this.output.speak(this.#silence, undefined, frame, nowMs)
    else this.output.rest(this.#silence, frame, nowMs)
  }

  #keepHouse(nowMs: number): void {
    const { id } = this
    const { media, input } = this
    this.rtcp.tick(nowMs)
    this.#connectSocket(nowMs)
    if (media?.receives && this.timeout.isOver(input.lastPacketMs, nowMs)) this.#host.emit({ type: 'leg.silent', leg: id })
    if (nowMs < this.#qualityMs || !media) return
    this.#qualityMs += QUALITY_EVERY_MS
    this.#host.emit({ type: 'leg.quality', leg: id, quality: this.quality })
  }

  /** The socket hears its peer only, until the latch might open before it is looked at again. */
  #connectSocket(nowMs: number): void {
    this.#sockets[0]?.connect(this.latch.settledSource(nowMs, HOUSEKEEPING_MS))
  }

  /** Ends what is open on it. Resolves when the files of its recordings are whole. */
  async close(): Promise<void> {
    this.input.close()
    this.rtcp.goodbye(this.#host.clock.now())
    this.media = undefined
    for (const socket of this.#sockets) socket.close()
    this.#background?.close()
    this.plays.endAll('leg_closed')
    this.streams.endAll('leg_closed')
    await this.recorders.endAll('leg_closed')
  }
}
