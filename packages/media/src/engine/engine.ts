import type { Join } from '../core/media-core.ts'
import { LegIsOpen, PortsExhausted, WorkerLost } from '../errors.ts'
import type {
  Background,
  LegMedia,
  LegOptions,
  LocalMedia,
  MediaEngine,
  MediaStats,
  Mute,
  PlayOptions,
  RecordOptions,
  SendDigitsOptions,
  Source,
  StreamOptions,
} from '../media-engine.ts'
import type { LegQuality, MediaEvent, Subject } from '../media-event.ts'
import { PortPool, type PortRange } from '../network/port-pool.ts'
import { Links } from './links.ts'
import type { Command, CommandOf } from './messages.ts'
import { Placement } from './placement.ts'
import { type OpenPort, StreamJobs } from './stream-jobs.ts'
import type { StartWorker, WorkerLink } from './worker-link.ts'

export type EngineParts = {
  readonly ports: PortRange
  readonly workers: number
  readonly startWorker: StartWorker
  readonly now: () => number
  readonly random: () => number
}

type Worker = { link: WorkerLink }
type Placed = { readonly worker: Worker; readonly affinity: string }
type PlacedLeg = Placed & { readonly rtpPort: number; media: LegMedia | undefined }
type Job = { readonly worker: Worker; readonly kind: 'playback' | 'recording'; readonly subject: Subject }

/** Ports that others hold are left out one after the other; so many in a row mean that something else is wrong. */
const MAX_PORT_ATTEMPTS = 64

/** The media of a node as seen from its main thread: who is in which worker, and which ports are theirs. */
export class Engine implements MediaEngine {
  readonly #parts: EngineParts
  readonly #ports: PortPool
  readonly #placement: Placement<Worker>
  readonly #legs = new Map<string, PlacedLeg>()
  readonly #bridges = new Map<string, Placed>()
  readonly #jobs = new Map<string, Job>()
  readonly #links = new Links()
  readonly #streams: StreamJobs
  /** Legs whose ports are being bound. */
  readonly #opening = new Map<string, Promise<LocalMedia>>()
  readonly #listeners: ((event: MediaEvent) => void)[] = []
  #isClosed = false

  constructor(parts: EngineParts) {
    this.#parts = parts
    this.#ports = new PortPool(parts.ports, parts.random)
    this.#streams = new StreamJobs({ openPort: this.#openPort, freePort: (port) => this.#ports.free(port, parts.now()) })
    this.#placement = new Placement(Array.from({ length: parts.workers }, () => this.#start()))
  }

  onEvent(listener: (event: MediaEvent) => void): void {
    this.#listeners.push(listener)
  }

  async openLeg(options: LegOptions): Promise<LocalMedia> {
    const { id } = options
    if (this.#legs.has(id) || this.#opening.has(id)) throw new LegIsOpen(id)
    const opening = this.#openLeg(options)
    this.#opening.set(id, opening)
    try {
      return await opening
    } finally {
      this.#opening.delete(id)
    }
  }

  async closeLeg(id: string): Promise<LegQuality | undefined> {
    await this.#opening.get(id)?.catch(() => undefined) // told to whoever opens it
    const leg = this.#legs.get(id)
    if (!leg) return undefined
    this.#legs.delete(id)
    try {
      await this.#links.end(id)
      return await leg.worker.link.ask({ name: 'closeLeg', args: [id] })
    } catch (error) {
      if (error instanceof WorkerLost) return undefined
      throw error
    } finally {
      this.#ports.free(leg.rtpPort, this.#parts.now())
      this.#placement.release(leg.affinity)
    }
  }

  connectLeg(id: string, media: LegMedia): void {
    const leg = this.#legs.get(id)
    if (!leg) return
    leg.media = media
    leg.worker.link.tell({ name: 'connectLeg', args: [id, media] })
  }

  setBackground(id: string, kind: Background): void {
    this.#tellLeg(id, { name: 'setBackground', args: [id, kind] })
  }

  setMute(id: string, mute: Mute): void {
    this.#tellLeg(id, { name: 'setMute', args: [id, mute] })
  }

  setEcho(id: string, isOn: boolean): void {
    this.#tellLeg(id, { name: 'setEcho', args: [id, isOn] })
  }

  setRtpTimeout(id: string, timeoutMs: number): void {
    this.#tellLeg(id, { name: 'setRtpTimeout', args: [id, timeoutMs] })
  }

  sendDigits(options: SendDigitsOptions): void {
    this.#tellLeg(options.leg, { name: 'sendDigits', args: [options] })
  }

  receiveInfoDigit(id: string, digit: string, durationMs: number): void {
    this.#tellLeg(id, { name: 'receiveInfoDigit', args: [id, digit, durationMs] })
  }

  createBridge(options: { readonly id: string; readonly affinity: string }): void {
    if (this.#bridges.has(options.id)) return
    const worker = this.#placement.take(options.affinity)
    this.#bridges.set(options.id, { worker, affinity: options.affinity })
    worker.link.tell({ name: 'createBridge', args: [options] })
  }

  destroyBridge(id: string): void {
    const bridge = this.#bridges.get(id)
    if (!bridge) return
    this.#bridges.delete(id)
    this.#placement.release(bridge.affinity)
    bridge.worker.link.tell({ name: 'destroyBridge', args: [id] })
  }

  join(options: Join): void {
    const leg = this.#legs.get(options.leg)
    const bridge = this.#bridges.get(options.bridge)
    if (!leg || !bridge) return
    if (leg.worker === bridge.worker) {
      void this.#links.end(options.leg)
      leg.worker.link.tell({ name: 'join', args: [options] })
      return
    }
    const { worker, affinity: legAffinity, media } = leg
    const ends = { legWorker: worker.link, legAffinity, media, bridgeWorker: bridge.worker.link, bridgeAffinity: bridge.affinity }
    this.#links.join({ join: options, ...ends })
  }

  leave(id: string): void {
    if (this.#links.has(id)) void this.#links.end(id)
    else this.#tellLeg(id, { name: 'leave', args: [id] })
  }

  play(options: PlayOptions): void {
    const worker = this.#workerOf(options.subject)
    if (!worker || this.#jobs.has(options.id)) return
    this.#jobs.set(options.id, { worker, kind: 'playback', subject: options.subject })
    worker.link.tell({ name: 'play', args: [options] })
  }

  stopPlay(id: string): void {
    this.#jobs.get(id)?.worker.link.tell({ name: 'stopPlay', args: [id] })
  }

  record(options: RecordOptions): void {
    const worker = this.#workerOf(options.subject)
    if (!worker || this.#jobs.has(options.id)) return
    this.#jobs.set(options.id, { worker, kind: 'recording', subject: options.subject })
    worker.link.tell({ name: 'record', args: [options] })
  }

  stopRecord(id: string): void {
    this.#jobs.get(id)?.worker.link.tell({ name: 'stopRecord', args: [id] })
  }

  openStream(options: StreamOptions): Promise<LocalMedia | 'queue' | undefined> {
    const worker = this.#workerOf(options.subject)
    return worker ? this.#streams.open(options, worker.link) : Promise.resolve(undefined)
  }

  feedStream(id: string, sources: readonly Source[]): void {
    this.#streams.tell(id, { name: 'feedStream', args: [id, sources] })
  }

  flushStream(id: string): void {
    this.#streams.tell(id, { name: 'flushStream', args: [id] })
  }

  markStream(id: string, mark: string): void {
    this.#streams.tell(id, { name: 'markStream', args: [id, mark] })
  }

  closeStream(id: string): void {
    this.#streams.tell(id, { name: 'closeStream', args: [id] })
  }

  async stats(): Promise<MediaStats> {
    const { workers } = this.#placement
    const each = await Promise.all(workers.map(({ link }) => link.ask({ name: 'stats', args: [] })))
    const sum = (key: 'legs' | 'bridges' | 'links' | 'playbacks' | 'recordings' | 'streams' | 'sendErrors') =>
      each.reduce((total, stats) => total + stats[key], 0)
    const most = (key: 'lateP99Ms' | 'lateMaxMs') => Math.max(0, ...each.map((stats) => stats[key]))
    return {
      ...{ workers: workers.length, legs: sum('legs'), bridges: sum('bridges') - sum('links') / 2, ports: this.#ports.inUse },
      ...{
        playbacks: sum('playbacks'),
        recordings: sum('recordings'),
        streams: sum('streams'),
        sendErrors: sum('sendErrors'),
        lateP99Ms: most('lateP99Ms'),
        lateMaxMs: most('lateMaxMs'),
      },
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(this.#placement.workers.map(({ link }) => link.close()))
    this.#legs.clear()
    this.#bridges.clear()
    this.#jobs.clear()
  }

  async #openLeg(options: LegOptions): Promise<LocalMedia> {
    const { id, affinity, localAddress, advertisedAddress } = options
    const worker = this.#placement.take(affinity)
    try {
      const rtpPort = await this.#openPort((port) => worker.link.ask({ name: 'openLeg', args: [{ ...options, rtpPort: port }] }))
      if (!this.#placement.workers.includes(worker)) throw new WorkerLost('it died meanwhile')
      this.#legs.set(id, { worker, affinity, rtpPort, media: undefined })
      return { address: advertisedAddress ?? localAddress, rtpPort, rtcpPort: rtpPort + 1 }
    } catch (error) {
      this.#placement.release(affinity)
      throw error
    }
  }

  readonly #openPort: OpenPort = async (bind) => {
    for (let attempt = 1; ; attempt++) {
      const rtpPort = this.#ports.take(this.#parts.now())
      if (rtpPort === undefined) throw new PortsExhausted(this.#ports.inUse)
      try {
        await bind(rtpPort)
        return rtpPort
      } catch (error) {
        this.#ports.free(rtpPort, this.#parts.now())
        const isTaken = error instanceof Error && 'code' in error && (error.code === 'EADDRINUSE' || error.code === 'EACCES')
        if (!isTaken || attempt === MAX_PORT_ATTEMPTS) throw error
      }
    }
  }

  #tellLeg<Name extends Command>(id: string, command: CommandOf<Name>): void {
    this.#legs.get(id)?.worker.link.tell(command)
  }

  #workerOf({ kind, id }: Subject): Worker | undefined {
    return (kind === 'leg' ? this.#legs : this.#bridges).get(id)?.worker
  }

  #start(): Worker {
    const listener = {
      onEvent: (event: MediaEvent) => this.#receive(event),
      onLost: (cause: Error) => this.#lose(worker, cause),
    }
    const worker: Worker = { link: this.#parts.startWorker(listener) }
    return worker
  }

  #receive(inside: MediaEvent): void {
    const event = this.#links.translate(inside)
    if (event) this.#emit(event)
  }

  #emit(event: MediaEvent): void {
    if (event.type === 'playback.ended' || event.type === 'recording.ended' || event.type === 'recording.failed')
      this.#jobs.delete(event.id)
    if (event.type === 'stream.ended') this.#streams.ended(event.id)
    for (const listener of this.#listeners) listener(event)
  }

  /** What was on it is over; another takes its place. */
  #lose(lost: Worker, cause: Error): void {
    if (this.#isClosed) return
    this.#placement.replace(lost, this.#start())
    const error = `Media worker lost: ${cause.message}`
    for (const [id, { worker, kind, subject }] of [...this.#jobs]) {
      if (worker !== lost) continue
      if (kind === 'recording') this.#emit({ type: 'recording.failed', id, subject, error })
      else this.#emit({ type: 'playback.ended', id, subject, reason: 'failed', playedMs: 0, error })
    }
    for (const { id, subject } of this.#streams.of(lost.link)) this.#emit({ type: 'stream.ended', id, subject, reason: 'failed', error })
    for (const { leg, bridge } of this.#links.loseWorker(lost.link)) this.#emit({ type: 'bridge.left', leg, bridge })
    const legs = [...this.#legs].filter(([, { worker }]) => worker === lost)
    const bridges = [...this.#bridges].filter(([, { worker }]) => worker === lost).map(([id]) => id)
    for (const [id, { rtpPort }] of legs) {
      this.#legs.delete(id)
      this.#ports.free(rtpPort, this.#parts.now())
    }
    for (const id of bridges) this.#bridges.delete(id)
    this.#emit({ type: 'worker.lost', legs: legs.map(([id]) => id), bridges, error })
  }
}
