import type { LegQuality, MediaEvent, Subject } from './media-event.ts'

/** As the leg's own party sees it: `in` is what it says, `out` what it hears. */
export type LegDirection = 'in' | 'out' | 'both'
export type Mute = LegDirection | 'none'

export type LegOptions = {
  readonly id: string
  /** All legs and bridges of one affinity live in one worker. */
  readonly affinity: string
  /** Local address to bind to, chosen by the route to the peer. */
  readonly localAddress: string
  /** What peers are told instead, where they reach it by another address. */
  readonly advertisedAddress?: string
}

/** Where a leg is reached. */
export type LocalMedia = { readonly address: string; readonly rtpPort: number; readonly rtcpPort: number }

export type LegCodec = {
  readonly name: 'PCMU' | 'PCMA' | 'L16'
  readonly clockRate: number
  /** The peer's number, for what we send. */
  readonly sendPayloadType: number
  /** Ours, for what the peer sends. */
  readonly receivePayloadType: number
}

/** What offer and answer agreed on; given again after each re-INVITE. */
export type LegMedia = {
  readonly remoteAddress: string
  readonly remoteRtpPort: number
  readonly remoteRtcpPort: number
  /** Where the peer's signalling comes from: media may go there before any has come. */
  readonly signallingAddress: string
  readonly codec: LegCodec
  /** Others that the peer may send without notice. */
  readonly alternatives: readonly LegCodec[]
  readonly telephoneEvent: { readonly sendPayloadType: number; readonly receivePayloadType: number } | undefined
  readonly ptimeMs: number
  readonly sends: boolean
  readonly receives: boolean
}

/** A WAV on this machine, a tone by name and country (`ringback/us`, `beep`), silence, or nothing that ends by itself. */
export type Source = { readonly file: string } | { readonly tone: string; readonly durationMs?: number } | { readonly silenceMs: number }

export type PlayOptions = {
  readonly id: string
  readonly subject: Subject
  readonly sources: readonly Source[]
  readonly mode: 'replace' | 'queue'
  readonly stopOn: string
  /** 0: until stopped. */
  readonly loops: number
}

export type RecordOptions = {
  readonly id: string
  readonly subject: Subject
  readonly direction: LegDirection
  /** Written as it grows, playable whenever the process dies. */
  readonly file: string
  /** 0: none. */
  readonly maxDurationMs: number
  readonly endSilenceMs: number
  readonly endDigits: string
  readonly beep: boolean
}

/** A host that RTP is exchanged with. */
export type StreamPeer = { readonly address: string; readonly port: number; readonly codec: LegCodec; readonly localAddress: string }

export type StreamOptions = {
  readonly id: string
  readonly subject: Subject
  /** What it hears: of a leg's party what it says, what it hears, or both; of a bridge, anything but `none` is all. */
  readonly listen: LegDirection | 'none'
  /** Who hears what it says: `out` the party of the leg, `in` those whom that talks to; of a bridge, anything but `none` is everybody. */
  readonly speak: LegDirection | 'none'
  /** undefined: it says what `feedStream` gives it, and nobody hears what it hears. */
  readonly peer: StreamPeer | undefined
}

export type SendDigitsOptions = { readonly leg: string; readonly digits: string; readonly durationMs: number; readonly gapMs: number }
export type Background = 'none' | 'silence' | 'moh' | 'ringback'

/**
 * RTP of one node: workers with legs and bridges in them. Every call with an id that is not there, or no more, does nothing:
 * whoever signals learns of ends by events. Calls about one leg or bridge are carried out in the order given.
 */
export type MediaEngine = {
  /** @throws PortsExhausted, WorkerLost */
  openLeg(options: LegOptions): Promise<LocalMedia>
  connectLeg(id: string, media: LegMedia): void
  /** Resolves with what was measured; undefined where there is no such leg. Its port rests for 10 s. */
  closeLeg(id: string): Promise<LegQuality | undefined>
  setBackground(leg: string, kind: Background): void
  setMute(leg: string, mute: Mute): void
  setEcho(leg: string, isOn: boolean): void
  sendDigits(options: SendDigitsOptions): void
  /** A digit that came by INFO, so that playbacks and recordings end on it and the same digit by RTP is not told again. */
  receiveInfoDigit(leg: string, digit: string, durationMs: number): void
  createBridge(bridge: { readonly id: string; readonly affinity: string }): void
  destroyBridge(id: string): void
  join(options: { readonly leg: string; readonly bridge: string; readonly mute: Mute; readonly passDigits: boolean }): void
  leave(leg: string): void
  play(options: PlayOptions): void
  stopPlay(id: string): void
  record(options: RecordOptions): void
  stopRecord(id: string): void
  /**
   * Resolves with where its peer reaches it, if it has one, or undefined where its leg or bridge is not there, or it is open already.
   * @throws PortsExhausted, WorkerLost
   */
  openStream(options: StreamOptions): Promise<LocalMedia | 'queue' | undefined>
  /** Says these after all that it was given before. */
  feedStream(id: string, sources: readonly Source[]): void
  /** Nothing that it was to say is said any more. */
  flushStream(id: string): void
  /** `stream.mark` tells when all has been said that was to be said before, or was flushed. */
  markStream(id: string, mark: string): void
  closeStream(id: string): void
  /** No RTP for this long ends in `leg.silent`; 0 switches that off: held, one-way, muted. Default 60 s. */
  setRtpTimeout(leg: string, timeoutMs: number): void
  onEvent(listener: (event: MediaEvent) => void): void
  /** Legs, bridges, ports in use, lateness of the tick: for metrics and for tests that look for leaks. */
  stats(): Promise<MediaStats>
  close(): Promise<void>
}

export type MediaStats = {
  readonly workers: number
  readonly legs: number
  readonly bridges: number
  readonly ports: number
  readonly playbacks: number
  readonly recordings: number
  readonly streams: number
  /** Packets that the system would not send, of the legs that are open. */
  readonly sendErrors: number
  /** Of the 20 ms tick, since the last call. */
  readonly lateP99Ms: number
  readonly lateMaxMs: number
}
