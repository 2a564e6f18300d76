import type { ChannelEnd, MediaQuality } from '@voipbin/contracts/switch'
import type { Mute } from '@voipbin/media'
import type { Logger } from '@voipbin/service-kit'
import type { MediaSession } from '../media/media-session.ts'
import type { OpenMedia } from '../media/open-media.ts'
import type { Subject, Teller } from '../node/teller.ts'
import { SWITCH_CONGESTION } from './causes.ts'
import type { ChannelLeg } from './channel-leg.ts'
import { type ChannelInput, type ChannelState, type Effect, gone, type Outcome, ok, refused } from './channel-state.ts'
import { step } from './step.ts'

export type ChannelParts = {
  readonly tell: Teller
  readonly openMedia: OpenMedia
  readonly log: Logger
  /** Closes the port, and says what was measured. */
  readonly closeMedia: (id: string) => Promise<MediaQuality | null>
  /** Nothing more will come of this channel. */
  readonly ended: (channel: Channel, end: ChannelEnd) => void
}

export type ChannelOptions = {
  readonly id: string
  readonly customerId: string
  /** Where that is not its own id. */
  readonly callId?: string
  readonly affinity: string
  readonly state: ChannelState
  readonly media: MediaSession
  readonly createdAt: string
}

/** One leg: its state, which `step` decides on, and whoever carries out what that asks for. */
export class Channel implements Subject {
  readonly kind = 'channel'
  readonly id: string
  readonly callId?: string
  readonly media: MediaSession
  readonly createdAt: string
  /** Of events. */
  seq = 0
  customerId: string
  affinity: string
  /** The bridge that it is in, and the one that it has been asked into. */
  bridgeId: string | undefined
  wantedBridgeId: string | undefined
  mute: Mute = 'none'
  /** Resolves once `call` has said what becomes of an offered channel. */
  settled: Promise<void> = Promise.resolve()
  readonly #parts: ChannelParts
  readonly #onChange: ((channel: Channel) => void)[] = []
  readonly #onEnd: (() => void)[] = []
  #state: ChannelState
  #leg: ChannelLeg | undefined

  constructor(options: ChannelOptions, parts: ChannelParts) {
    this.id = options.id
    if (options.callId !== undefined) this.callId = options.callId
    this.customerId = options.customerId
    this.affinity = options.affinity
    this.media = options.media
    this.createdAt = options.createdAt
    this.#state = options.state
    this.#parts = parts
  }

  get state(): ChannelState {
    return this.#state
  }

  get isOver(): boolean {
    return this.#state.phase === 'ended'
  }

  /** Ended, or waiting only for the far end to say so. */
  get isGoing(): boolean {
    return this.#state.phase === 'ended' || this.#state.phase === 'ending'
  }

  /** Whether anything could be heard: media was agreed on. */
  get hasMedia(): boolean {
    return this.media.agreed !== undefined
  }

  get leg(): ChannelLeg | undefined {
    return this.#leg
  }

  set leg(leg: ChannelLeg) {
    this.#leg = leg
  }

  /** Called after each change of state, until the end. */
  onChange(listener: (channel: Channel) => void): void {
    this.#onChange.push(listener)
  }

  /** Called once, when the end begins. */
  onEnd(listener: () => void): void {
    this.#onEnd.push(listener)
  }

  apply(input: ChannelInput): Outcome {
    const before = this.#state
    const { state, effects, outcome } = step(before, input)
    this.#state = state
    for (const effect of effects) this.#perform(effect)
    if (state !== before && state.phase !== 'ended') for (const listener of this.#onChange) listener(this)
    return outcome
  }

  /** Answers, or sounds before the answer: media is ready before the step, so that the step decides between this and a CANCEL. */
  async applyWithMedia(input: { readonly kind: 'progress' | 'answer' }): Promise<Outcome> {
    const ready = await this.makeReady()
    return ready.result === 'ok' ? this.apply(input) : ready
  }

  /** Has a port opened, so that the engine knows of the leg. */
  async makeReady(): Promise<Outcome> {
    if (this.isGoing) return gone
    try {
      await this.#leg?.prepareMedia(this.affinity)
    } catch (error) {
      this.#parts.log.error('no port for the media of a channel', { channel_id: this.id, sip_call_id: this.#leg?.sipCallId, error })
      this.apply({ kind: 'failed', by: 'node', cause: SWITCH_CONGESTION, text: 'no port for media' })
    }
    return this.isGoing ? gone : ok
  }

  /** Makes sure that what is played can be heard, before the answer too. */
  async makeAudible(): Promise<Outcome> {
    if (this.isGoing) return gone
    const { direction, phase, hasEarlyMedia } = this.#state
    if (direction === 'out') return this.makeReady()
    if (phase === 'answered' || hasEarlyMedia) return ok
    if (!this.#leg?.canHaveEarlyMedia) return refused('CHANNEL_HAS_NO_OFFER')
    return this.applyWithMedia({ kind: 'progress' })
  }

  #perform(effect: Effect): void {
    const leg = this.#leg
    if (effect.do === 'respond') leg?.respond(effect.status)
    else if (effect.do === 'refuse') leg?.refuse(effect)
    else if (effect.do === 'cancel') leg?.cancel(effect.cause)
    else if (effect.do === 'bye') leg?.bye(effect.cause, effect.text)
    else if (effect.do === 'tellProgress') this.#tellProgress(effect.status)
    else if (effect.do === 'tellAnswered') this.#parts.tell(this, 'channel.answered', { channel_id: this.id, codec: this.media.codec })
    else void this.#end(effect.end, effect.isTold)
  }

  #tellProgress(status: number): void {
    const { hasRung, hasEarlyMedia } = this.#state
    const progress = { is_ringing: hasRung, has_early_media: hasEarlyMedia, sip_status: status }
    this.#parts.tell(this, 'channel.progress', { channel_id: this.id, ...progress })
  }

  /** A defect must keep no channel from its end, nor end the process. */
  #missed(what: string, error: unknown): null {
    this.#parts.log.error('a channel ended, and something missed it', { channel_id: this.id, what, error })
    return null
  }

  /** What is open on it ends first; then, as its last event, it. */
  async #end(end: ChannelEnd, isTold: boolean): Promise<void> {
    const { tell, openMedia, closeMedia, log } = this.#parts
    this.#leg?.close()
    for (const listener of this.#onEnd.splice(0)) listener()
    this.#onChange.length = 0
    // A port that is being opened has to be there before it can be closed.
    await this.media.settled()
    const quality = this.media.isOpening ? await closeMedia(this.id).catch((error: unknown) => this.#missed('its media', error)) : null
    openMedia.endAll(this, 'channel_ended')
    if (this.bridgeId !== undefined) tell(this, 'bridge.left', { channel_id: this.id, bridge_id: this.bridgeId })
    this.bridgeId = undefined
    const sipCallId = this.#leg?.sipCallId ?? ''
    try {
      if (isTold) tell(this, 'channel.ended', { channel_id: this.id, end, quality, sip_call_id: sipCallId })
    } catch (error) {
      this.#missed('who is told of it', error)
    }
    log.info('channel ended', { channel_id: this.id, customer_id: this.customerId, sip_call_id: sipCallId, ...end })
    this.#parts.ended(this, end)
  }
}
