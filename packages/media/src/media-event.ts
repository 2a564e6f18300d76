export type Subject = { readonly kind: 'leg' | 'bridge'; readonly id: string }

export type LegQuality = {
  readonly packetsReceived: number
  readonly packetsSent: number
  readonly packetsLost: number
  readonly lossPercent: number
  readonly jitterMs: number
  readonly roundTripMs: number | undefined
  readonly mos: number | undefined
  readonly codec: string
}

export type EndReason = 'finished' | 'stopped' | 'digit' | 'replaced' | 'failed' | 'leg_closed' | 'bridge_closed'

/** What happens in the media. Of one leg or bridge in order; what was open on it ends before it does. */
export type MediaEvent =
  | { readonly type: 'leg.media'; readonly leg: string } // the first packet came
  | {
      readonly type: 'leg.digit'
      readonly leg: string
      readonly digit: string
      readonly durationMs: number
      readonly method: 'rfc4733' | 'info'
    }
  | { readonly type: 'leg.silent'; readonly leg: string } // no RTP for the time-out
  | { readonly type: 'leg.quality'; readonly leg: string; readonly quality: LegQuality } // every 10 s
  | { readonly type: 'leg.digits_sent'; readonly leg: string }
  | { readonly type: 'bridge.joined'; readonly leg: string; readonly bridge: string }
  | { readonly type: 'bridge.left'; readonly leg: string; readonly bridge: string }
  | { readonly type: 'playback.started'; readonly id: string; readonly subject: Subject }
  | {
      readonly type: 'playback.ended'
      readonly id: string
      readonly subject: Subject
      readonly reason: EndReason
      readonly playedMs: number
      readonly error: string
    }
  | { readonly type: 'recording.started'; readonly id: string; readonly subject: Subject }
  | {
      readonly type: 'recording.ended'
      readonly id: string
      readonly subject: Subject
      readonly reason: EndReason | 'silence' | 'limit'
      readonly durationMs: number
      readonly octets: number
      readonly file: string
    }
  | { readonly type: 'recording.failed'; readonly id: string; readonly subject: Subject; readonly error: string }
  | { readonly type: 'stream.started'; readonly id: string; readonly subject: Subject }
  /** `error`: why something since the last mark could not be said; empty otherwise. */
  | {
      readonly type: 'stream.mark'
      readonly id: string
      readonly subject: Subject
      readonly mark: string
      readonly isFlushed: boolean
      readonly error: string
    }
  | { readonly type: 'stream.ended'; readonly id: string; readonly subject: Subject; readonly reason: EndReason; readonly error: string }
  /** A defect of ours, to be logged. `isDead`: the media of that leg or bridge stand still from now on; else one packet or command was lost. */
  | { readonly type: 'fault'; readonly subject: Subject | undefined; readonly isDead: boolean; readonly error: string }
  /** A worker died, and with it these legs and bridges. Another has taken its place; what was on them has ended. */
  | { readonly type: 'worker.lost'; readonly legs: readonly string[]; readonly bridges: readonly string[]; readonly error: string }
