import type { MessagePort } from 'node:worker_threads'
import { Bridge } from '../bridge/bridge.ts'
import type { DigitMethod } from '../leg/info-duplicates.ts'
import { Leg, type LegHost } from '../leg/leg.ts'
import type {
  Background,
  LegCodec,
  LegMedia,
  LegOptions,
  Mute,
  PlayOptions,
  RecordOptions,
  SendDigitsOptions,
  Source,
} from '../media-engine.ts'
import type { LegQuality, MediaEvent, Subject } from '../media-event.ts'
import { LinkSocket } from '../network/link-socket.ts'
import type { MediaSocket, ReceiveDatagram } from '../network/sockets.ts'
import { type OpenSource, openSource } from '../playback/open-source.ts'
import { Recorder } from '../recording/recorder.ts'
import { AudioStream } from '../stream/audio-stream.ts'
import { Ticker } from '../tick/ticker.ts'
import { findTone } from '../tones/find-tone.ts'
import { ToneSource } from '../tones/tone-source.ts'
import { backgroundSource } from './background-source.ts'
import type { CoreOptions } from './core-options.ts'
import { linkMedia } from './link-media.ts'
import { type OpenStream, openCarrier, sided } from './open-carrier.ts'
import { Slots } from './slots.ts'

export type OpenLeg = LegOptions & { readonly rtpPort: number }
/** One end of a link to another worker. */
export type OpenLink = { readonly id: string; readonly affinity: string; readonly port: MessagePort; readonly codec: LegCodec | undefined }
export type Join = { readonly leg: string; readonly bridge: string; readonly mute: Mute; readonly passDigits: boolean }
export type CoreStats = {
  readonly legs: number
  readonly bridges: number
  /** Ends of links to other workers; those at the leg's side have a bridge of their own. */
  readonly links: number
  readonly playbacks: number
  readonly recordings: number
  readonly streams: number
  readonly sendErrors: number
  readonly lateP99Ms: number
  readonly lateMaxMs: number
}

/** A datagram, and when it came. */
type ReceiveAt = (...received: readonly [...Parameters<ReceiveDatagram>, nowMs: number]) => void

const BEEP = findTone('beep') ?? []
const DEFAULT_RATE = 8_000

/** Legs and bridges of one worker. It sees the world through its options only, so that tests can put it on a clock of their own. */
export class MediaCore {
  readonly #options: CoreOptions
  readonly #host: LegHost
  readonly #open: OpenSource
  readonly #emit: (event: MediaEvent) => void
  readonly #ticker: Ticker
  readonly #slots: Slots
  readonly #legs = new Map<string, Leg>()
  readonly #bridges = new Map<string, Bridge>()
  /** Those legs that are ends of links. */
  readonly #links = new Set<string>()
  /** Bridge of each leg that sits in one. */
  readonly #seated = new Map<Leg, Bridge>()
  /** Recordings whose beep is still to be heard. */
  readonly #beeping = new Map<string, RecordOptions>()
  /** Where each playback and recording is. */
  readonly #subjects = new Map<string, Leg | Bridge>()
  readonly #streams = new Map<string, AudioStream>()

  constructor(options: CoreOptions) {
    this.#options = options
    const { clock, random, files, settings } = options
    const emit = (event: MediaEvent): void => {
      if (event.type === 'playback.ended') this.#subjects.delete(event.id)
      if (event.type === 'stream.ended') this.#streams.delete(event.id)
      options.emit(event)
    }
    this.#emit = emit
    this.#slots = new Slots((subject, error) => emit({ type: 'fault', subject, isDead: true, error: String(error) }))
    this.#open = openSource(files)
    this.#host = {
      ...{ clock, emit, random, open: this.#open },
      background: (kind) => backgroundSource(kind, this.#open, settings),
      onPath: (leg) => this.#seated.get(leg)?.refreshPath(),
      onDigit: (leg, digit, durationMs, method) => this.#receiveDigit(leg, { digit, durationMs, method }),
    }
    this.#ticker = new Ticker(clock, (slot, frame) => {
      options.beat?.()
      this.#slots.turn(slot, frame, clock.now())
    })
  }

  /** Rejects with the code of the system, as EADDRINUSE, where a port cannot be bound. */
  async openLeg({ id, affinity, localAddress, rtpPort }: OpenLeg): Promise<void> {
    const leg = new Leg({ id, affinity, slot: this.#slots.take(affinity) }, this.#host)
    try {
      const [rtp, rtcp] = await this.#openPair(localAddress, rtpPort, leg)
      leg.setSockets(rtp, rtcp)
    } catch (error) {
      this.#slots.release(affinity)
      throw error
    }
    this.#addLeg(leg)
  }

  openLink({ id, affinity, port, codec }: OpenLink): void {
    const leg = new Leg({ id, affinity, slot: this.#slots.take(affinity) }, this.#host)
    const socket = new LinkSocket(port, this.#guarded({ kind: 'leg', id }, leg.receiveRtp))
    leg.setSockets(socket, socket)
    leg.timeout.set(0, this.#options.clock.now())
    leg.connect(linkMedia(codec))
    this.#addLeg(leg)
    this.#links.add(id)
  }

  connectLeg(id: string, media: LegMedia): void {
    this.#legs.get(id)?.connect(media)
  }

  async closeLeg(id: string): Promise<LegQuality | undefined> {
    const leg = this.#legs.get(id)
    if (!leg) return undefined
    this.#legs.delete(id)
    this.#links.delete(id)
    const { quality } = leg
    this.#slots.deleteLeg(leg)
    const closed = leg.close()
    this.#leave(leg)
    this.#slots.release(leg.affinity)
    this.#forget(leg)
    this.#restWhenEmpty()
    await closed
    return quality
  }

  setBackground(id: string, kind: Background): void {
    this.#legs.get(id)?.setBackground(kind)
  }

  setMute(id: string, mute: Mute): void {
    this.#change(id, (leg) => {
      leg.mute = mute
    })
  }

  setEcho(id: string, isOn: boolean): void {
    this.#change(id, (leg) => {
      leg.isEchoing = isOn
    })
  }

  sendDigits({ leg: id, ...digits }: SendDigitsOptions): void {
    this.#change(id, (leg) => leg.output.sendDigits(digits, true))
  }

  receiveInfoDigit(id: string, digit: string, durationMs: number): void {
    this.#legs.get(id)?.receiveDigit(digit, durationMs, 'info')
  }

  setRtpTimeout(id: string, timeoutMs: number): void {
    this.#legs.get(id)?.timeout.set(timeoutMs, this.#options.clock.now())
  }

  createBridge({ id, affinity }: { readonly id: string; readonly affinity: string }): void {
    if (this.#bridges.has(id)) return
    const bridge = new Bridge({ id, affinity, slot: this.#slots.take(affinity), open: this.#open, emit: this.#emit })
    this.#bridges.set(id, bridge)
    this.#slots.addBridge(bridge)
    this.#ticker.start()
  }

  async destroyBridge(id: string): Promise<void> {
    const bridge = this.#bridges.get(id)
    if (!bridge) return
    this.#bridges.delete(id)
    for (const leg of bridge.legs) this.#leave(leg)
    this.#slots.deleteBridge(bridge)
    this.#slots.release(bridge.affinity)
    this.#forget(bridge)
    this.#restWhenEmpty()
    await bridge.close()
  }

  join({ leg: id, bridge: bridgeId, mute, passDigits }: Join): void {
    const leg = this.#legs.get(id)
    const bridge = this.#bridges.get(bridgeId)
    if (!leg || !bridge) return
    if (this.#seated.get(leg) !== bridge) this.#leave(leg)
    const isNew = !this.#seated.has(leg)
    this.#slots.moveLeg(leg, bridge.slot)
    this.#seated.set(leg, bridge)
    bridge.join({ leg, mute, passDigits })
    if (isNew) this.#emit({ type: 'bridge.joined', leg: id, bridge: bridgeId })
  }

  leave(id: string): void {
    const leg = this.#legs.get(id)
    if (leg) this.#leave(leg)
  }

  play(options: PlayOptions): void {
    const subject = this.#find(options.subject)
    if (!subject) return
    this.#subjects.set(options.id, subject)
    subject.plays.play(options)
  }

  stopPlay(id: string): void {
    this.#subjects.get(id)?.plays.stop(id)
  }

  record(options: RecordOptions): void {
    const subject = this.#find(options.subject)
    if (!subject || this.#subjects.has(options.id)) return
    this.#subjects.set(options.id, subject)
    if (!options.beep) {
      this.#startRecording(options, subject)
      return
    }
    this.#beeping.set(options.id, options)
    subject.plays.interject(new ToneSource(BEEP), () => {
      if (this.#beeping.delete(options.id)) this.#startRecording(options, subject)
    })
  }

  stopRecord(id: string): void {
    this.#subjects.get(id)?.recorders.stop(id)
    this.#cancelRecording(id)
  }

  /** @returns false where its leg or bridge is gone. Rejects with the code of the system where a port cannot be bound. */
  async openStream(wanted: OpenStream): Promise<boolean> {
    const options = sided(wanted)
    const { id, subject: of } = options
    const { clock, random, sockets } = this.#options
    const carrier = await openCarrier(options, {
      ...{ clock, random, sockets, open: this.#open, guarded: (receive) => this.#guarded(of, receive) },
      onMark: (marked) => this.#emit({ type: 'stream.mark', id, subject: of, ...marked }),
    })
    const subject = this.#find(of)
    if (!subject) {
      carrier.close()
      return false
    }
    const stream = new AudioStream(options, carrier, this.#emit)
    this.#streams.set(id, stream)
    subject.streams.add(stream)
    this.#refresh(subject)
    return true
  }

  feedStream(id: string, sources: readonly Source[]): void {
    this.#streams.get(id)?.feed(sources)
  }

  flushStream(id: string): void {
    this.#streams.get(id)?.flush()
  }

  markStream(id: string, mark: string): void {
    this.#streams.get(id)?.mark(mark)
  }

  closeStream(id: string): void {
    const stream = this.#streams.get(id)
    const subject = stream && this.#find(stream.options.subject)
    if (!subject) return
    subject.streams.end(id, 'stopped')
    this.#refresh(subject)
  }

  stats(): CoreStats {
    const subjects = [...this.#legs.values(), ...this.#bridges.values()]
    const late = this.#ticker.lateness.take()
    return {
      legs: this.#legs.size - this.#links.size,
      bridges: this.#bridges.size,
      links: this.#links.size,
      playbacks: subjects.reduce((sum, { plays }) => sum + plays.count, 0),
      recordings: subjects.reduce((sum, { recorders }) => sum + recorders.count, 0),
      streams: this.#streams.size,
      sendErrors: [...this.#legs.values()].reduce((sum, { sendErrors }) => sum + sendErrors, 0),
      lateP99Ms: late.p99Ms,
      lateMaxMs: late.maxMs,
    }
  }

  /** Resolves when all files are whole. */
  async close(): Promise<void> {
    const closing = [
      ...[...this.#bridges.keys()].map((id) => this.destroyBridge(id)),
      ...[...this.#legs.keys()].map((id) => this.closeLeg(id)),
    ]
    await Promise.all(closing)
    this.#ticker.stop()
  }

  #addLeg(leg: Leg): void {
    this.#legs.set(leg.id, leg)
    this.#slots.addLeg(leg)
    this.#ticker.start()
  }

  async #openPair(address: string, rtpPort: number, leg: Leg): Promise<readonly [MediaSocket, MediaSocket]> {
    const open = (port: number, receive: ReceiveAt) =>
      this.#options.sockets.open(address, port, this.#guarded({ kind: 'leg', id: leg.id }, receive))
    const rtp = await open(rtpPort, leg.receiveRtp)
    try {
      return [rtp, await open(rtpPort + 1, leg.receiveRtcp)]
    } catch (error) {
      rtp.close()
      throw error
    }
  }

  /** A packet that we stumble over must not end everybody's calls, nor must many of them put off a turn. */
  #guarded(subject: Subject, receive: ReceiveAt): ReceiveDatagram {
    return (datagram, address, port) => {
      const nowMs = this.#options.clock.now()
      this.#ticker.catchUp(nowMs)
      try {
        receive(datagram, address, port, nowMs)
      } catch (error) {
        this.#emit({ type: 'fault', subject, isDead: false, error: String(error) })
      }
    }
  }

  #find({ kind, id }: Subject): Leg | Bridge | undefined {
    return kind === 'leg' ? this.#legs.get(id) : this.#bridges.get(id)
  }

  #change(id: string, change: (leg: Leg) => void): void {
    const leg = this.#legs.get(id)
    if (!leg) return
    change(leg)
    this.#seated.get(leg)?.refreshPath()
  }

  #leave(leg: Leg): void {
    const bridge = this.#seated.get(leg)
    if (!bridge) return
    this.#seated.delete(leg)
    bridge.leave(leg)
    this.#emit({ type: 'bridge.left', leg: leg.id, bridge: bridge.id })
  }

  #startRecording(options: RecordOptions, subject: Leg | Bridge): void {
    const { files } = this.#options
    const onEnd = () => {
      subject.recorders.delete(options.id)
      if (this.#subjects.get(options.id) === subject) this.#subjects.delete(options.id)
      this.#refresh(subject)
    }
    const rate = subject instanceof Leg ? subject.input.rate : DEFAULT_RATE
    subject.recorders.add(new Recorder({ options, rate, files, emit: this.#emit, onEnd }))
    this.#refresh(subject)
  }

  #refresh(subject: Leg | Bridge): void {
    const bridge = subject instanceof Leg ? this.#seated.get(subject) : subject
    bridge?.refreshPath()
  }

  #receiveDigit(leg: Leg, { digit, durationMs, method }: { digit: string; durationMs: number; method: DigitMethod }): void {
    this.#emit({ type: 'leg.digit', leg: leg.id, digit, durationMs, method })
    leg.plays.receiveDigit(digit)
    leg.recorders.receiveDigit(digit)
    this.#seated.get(leg)?.receiveDigit(leg, digit, durationMs, method)
  }

  #forget(subject: Leg | Bridge): void {
    for (const [id, known] of this.#subjects) {
      if (known !== subject) continue
      this.#cancelRecording(id)
      this.#subjects.delete(id)
    }
  }

  /** It is over before its beep was. */
  #cancelRecording(id: string): void {
    const options = this.#beeping.get(id)
    if (!options) return
    this.#beeping.delete(id)
    this.#subjects.delete(id)
    this.#emit({ type: 'recording.failed', id, subject: options.subject, error: 'It ended before it began' })
  }

  #restWhenEmpty(): void {
    if (this.#legs.size === 0 && this.#bridges.size === 0) this.#ticker.stop()
  }
}
