import type { LegMedia, LegOptions, MediaEngine, MediaEvent, MediaStats, PlayOptions, RecordOptions, StreamOptions } from '@voipbin/media'

/** A media engine without sound: it remembers what it was told, and tells what a test has it tell. Ends happen as the real one promises. */
export type ScriptedMedia = MediaEngine & {
  readonly legs: ReadonlyMap<string, { readonly options: LegOptions; media: LegMedia | undefined; bridge: string | undefined }>
  readonly bridges: ReadonlySet<string>
  /** `join leg bridge`, `mute leg in`, `background leg moh`, … in order. */
  readonly asked: readonly string[]
  readonly plays: ReadonlyMap<string, PlayOptions>
  readonly records: ReadonlyMap<string, RecordOptions>
  readonly streams: ReadonlyMap<string, StreamOptions>
  emit(event: MediaEvent): void
  /** A playback comes to its end by itself. */
  finish(id: string, playedMs?: number): void
  /** Ports of new legs open only when this is called with false. */
  holdPorts(isHeld: boolean): void
  failPorts(error: Error | undefined): void
  /** Its worker dies with all that was on it. */
  lose(): void
}

type Leg = { readonly options: LegOptions; media: LegMedia | undefined; bridge: string | undefined }

/** @param keepsNothing for measurements: what it was told is forgotten */
export function createScriptedMedia({ keepsNothing = false } = {}): ScriptedMedia {
  const legs = new Map<string, Leg>()
  const bridges = new Set<string>()
  const asked: string[] = []
  const plays = new Map<string, PlayOptions>()
  const records = new Map<string, RecordOptions>()
  const streams = new Map<string, StreamOptions>()
  const listeners: ((event: MediaEvent) => void)[] = []
  let gate = Promise.withResolvers<void>()
  gate.resolve()
  let failure: Error | undefined
  let nextPort = 30_000
  const emit = (event: MediaEvent) => {
    for (const listener of listeners) listener(event)
  }
  const note = (...words: readonly unknown[]) => void (keepsNothing || asked.push(words.join(' ')))
  const endPlay = (id: string, reason: Extract<MediaEvent, { type: 'playback.ended' }>['reason'], playedMs = 0) => {
    const play = plays.get(id)
    if (!play) return
    plays.delete(id)
    emit({ type: 'playback.ended', id, subject: play.subject, reason, playedMs, error: '' })
  }
  const endRecord = (id: string, reason: 'stopped' | 'leg_closed' | 'bridge_closed') => {
    const record = records.get(id)
    if (!record) return
    records.delete(id)
    const { subject, file } = record
    emit({ type: 'recording.ended', id, subject, reason, durationMs: 1_000, octets: 16_044, file })
  }
  const endStream = (id: string, reason: 'stopped' | 'leg_closed' | 'bridge_closed') => {
    const stream = streams.get(id)
    if (!stream) return
    streams.delete(id)
    emit({ type: 'stream.ended', id, subject: stream.subject, reason, error: '' })
  }
  const endOn = (kind: 'leg' | 'bridge', id: string) => {
    const reason = kind === 'leg' ? 'leg_closed' : 'bridge_closed'
    for (const play of [...plays.values()]) if (play.subject.kind === kind && play.subject.id === id) endPlay(play.id, reason)
    for (const record of [...records.values()]) if (record.subject.kind === kind && record.subject.id === id) endRecord(record.id, reason)
    for (const { id: stream, subject } of [...streams.values()]) if (subject.kind === kind && subject.id === id) endStream(stream, reason)
  }
  const leave = (id: string) => {
    const leg = legs.get(id)
    const bridge = leg?.bridge
    if (!leg || bridge === undefined) return
    leg.bridge = undefined
    emit({ type: 'bridge.left', leg: id, bridge })
  }
  return {
    ...{ legs, bridges, asked, plays, records, streams, emit },
    async openLeg(options) {
      await gate.promise
      if (failure) throw failure
      legs.set(options.id, { options, media: undefined, bridge: undefined })
      const rtpPort = nextPort
      nextPort += 2
      return { address: options.localAddress, rtpPort, rtcpPort: rtpPort + 1 }
    },
    connectLeg(id, media) {
      const leg = legs.get(id)
      if (leg) leg.media = media
    },
    async closeLeg(id) {
      const leg = legs.get(id)
      if (!leg) return undefined
      endOn('leg', id)
      leave(id)
      legs.delete(id)
      return {
        ...{ packetsReceived: 0, packetsSent: 0, packetsLost: 0, lossPercent: 0, jitterMs: 0 },
        ...{ roundTripMs: undefined, mos: undefined, codec: leg.media?.codec.name ?? '' },
      }
    },
    setBackground: (leg, kind) => note('background', leg, kind),
    setMute: (leg, mute) => note('mute', leg, mute),
    setEcho: (leg, isOn) => note('echo', leg, isOn),
    sendDigits: ({ leg, digits }) => note('digits', leg, digits),
    receiveInfoDigit: (leg, digit, durationMs) => emit({ type: 'leg.digit', leg, digit, durationMs, method: 'info' }),
    createBridge: ({ id }) => void bridges.add(id),
    destroyBridge(id) {
      for (const [leg, { bridge }] of legs) if (bridge === id) leave(leg)
      endOn('bridge', id)
      bridges.delete(id)
    },
    join({ leg: id, bridge }) {
      const leg = legs.get(id)
      if (!leg || !bridges.has(bridge) || leg.bridge === bridge) return
      leave(id)
      leg.bridge = bridge
      emit({ type: 'bridge.joined', leg: id, bridge })
    },
    leave,
    play(options) {
      if (options.mode === 'replace')
        for (const other of [...plays.values()]) if (other.subject.id === options.subject.id) endPlay(other.id, 'replaced')
      plays.set(options.id, options)
      emit({ type: 'playback.started', id: options.id, subject: options.subject })
    },
    stopPlay: (id) => endPlay(id, 'stopped'),
    finish: (id, playedMs = 1_000) => endPlay(id, 'finished', playedMs),
    record(options) {
      records.set(options.id, options)
      emit({ type: 'recording.started', id: options.id, subject: options.subject })
    },
    stopRecord: (id) => endRecord(id, 'stopped'),
    async openStream(options) {
      if (failure) throw failure
      const isThere = options.subject.kind === 'leg' ? legs.has(options.subject.id) : bridges.has(options.subject.id)
      if (!isThere) return undefined
      streams.set(options.id, options)
      emit({ type: 'stream.started', id: options.id, subject: options.subject })
      return options.peer ? { address: options.peer.localAddress, rtpPort: 31_000, rtcpPort: 31_001 } : 'queue'
    },
    feedStream: (id, sources) => note('feed', id, JSON.stringify(sources)),
    flushStream: (id) => note('flush', id),
    markStream: (id, mark) => note('mark', id, mark),
    closeStream: (id) => endStream(id, 'stopped'),
    setRtpTimeout: (leg, timeoutMs) => note('rtp timeout', leg, timeoutMs),
    onEvent: (listener) => void listeners.push(listener),
    stats: async (): Promise<MediaStats> => ({
      ...{
        workers: 1,
        legs: legs.size,
        bridges: bridges.size,
        ports: legs.size,
        playbacks: plays.size,
        recordings: records.size,
        streams: streams.size,
      },
      ...{ sendErrors: 0, lateP99Ms: 0, lateMaxMs: 0 },
    }),
    close: async () => {},
    holdPorts(isHeld) {
      if (isHeld) gate = Promise.withResolvers<void>()
      else gate.resolve()
    },
    failPorts(error) {
      failure = error
    },
    lose() {
      const lost = { legs: [...legs.keys()], bridges: [...bridges] }
      for (const each of [legs, plays, records, streams, bridges]) each.clear()
      emit({ type: 'worker.lost', ...lost, error: 'out of memory' })
    },
  }
}
