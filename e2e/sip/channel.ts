import type { ChannelEnd, Media } from '@voipbin/contracts/switch'
import type { RunningSwitch, SwitchEvent } from '@voipbin/switch/testing'

type Commands = RunningSwitch['command']
type PlayOptions = Partial<Pick<Parameters<Commands['play']>[0], 'mode' | 'stop_on' | 'loops'>>
type RecordOptions = Partial<Omit<Parameters<Commands['record']>[0], 'id' | 'subject'>>

/** What a channel is commanded through. */
export type ChannelHost = {
  readonly node: Pick<RunningSwitch, 'command' | 'events'>
  until(type: string, matches: (data: SwitchEvent['data']) => boolean, timeoutMs?: number): Promise<SwitchEvent['data']>
}

/** A channel as `call` commands it. Commands that are not answered `ok` throw. */
export class Channel {
  readonly id: string
  readonly #scene: ChannelHost

  constructor(scene: ChannelHost, id: string) {
    this.#scene = scene
    this.id = id
  }

  /** Any command that is about this channel alone. @returns the outcome */
  async try<N extends 'ring' | 'progress' | 'answer' | 'leave'>(name: N): Promise<string> {
    const command: (input: { readonly id: string }) => Promise<{ readonly result: string }> = this.#scene.node.command[name]
    return (await command({ id: this.id })).result
  }

  ring = (): Promise<void> => this.#ok('ring', this.#scene.node.command.ring({ id: this.id }))
  progress = (): Promise<void> => this.#ok('progress', this.#scene.node.command.progress({ id: this.id }))
  answer = (): Promise<void> => this.#ok('answer', this.#scene.node.command.answer({ id: this.id }))
  leave = (): Promise<void> => this.#ok('leave', this.#scene.node.command.leave({ id: this.id }))

  hangup(cause = 16, more: { readonly tag?: string; readonly sip_status?: number } = {}): Promise<void> {
    return this.#ok('hangup', this.#scene.node.command.hangup({ id: this.id, cause, ...more }))
  }

  hold(isOnHold: boolean): Promise<void> {
    return this.#ok('hold', this.#scene.node.command.hold({ id: this.id, is_on_hold: isOnHold }))
  }

  mute(direction: 'none' | 'in' | 'out' | 'both'): Promise<void> {
    return this.#ok('mute', this.#scene.node.command.mute({ id: this.id, direction }))
  }

  echo(isOn: boolean): Promise<void> {
    return this.#ok('echo', this.#scene.node.command.echo({ id: this.id, is_on: isOn }))
  }

  background(kind: 'none' | 'silence' | 'moh' | 'ringback'): Promise<void> {
    return this.#ok('background', this.#scene.node.command.background({ id: this.id, kind }))
  }

  sendDigits(digits: string, method: 'auto' | 'rfc4733' | 'info' = 'auto'): Promise<void> {
    return this.#ok('sendDigits', this.#scene.node.command.sendDigits({ id: this.id, digits, method }))
  }

  /** @returns when the switch says that it is in */
  async join(bridgeId: string, mute: 'none' | 'in' | 'out' | 'both' = 'none'): Promise<void> {
    await this.#ok('join', this.#scene.node.command.join({ id: this.id, bridge_id: bridgeId, mute }))
    await this.#scene.until('bridge.joined', (data) => data['channel_id'] === this.id && data['bridge_id'] === bridgeId)
  }

  /** Starts playing. @returns what ends it */
  async play(
    media: readonly Media[],
    options: PlayOptions = {},
  ): Promise<{ readonly id: string; readonly ended: () => Promise<SwitchEvent['data']> }> {
    const id = crypto.randomUUID()
    const request = { id, subject: { kind: 'channel' as const, id: this.id }, media: [...media], ...options }
    await this.#ok('play', this.#scene.node.command.play(request))
    return { id, ended: () => this.#scene.until('playback.ended', (data) => data['playback_id'] === id) }
  }

  /** Starts recording. @returns what stops it */
  async record(
    options: RecordOptions = {},
  ): Promise<{ readonly stop: () => Promise<SwitchEvent['data']>; readonly ended: () => Promise<SwitchEvent['data']> }> {
    const id = crypto.randomUUID()
    await this.#ok('record', this.#scene.node.command.record({ id, subject: { kind: 'channel', id: this.id }, ...options }))
    await this.#scene.until('recording.started', (data) => data['recording_id'] === id)
    const ended = () => this.#scene.until('recording.ended', (data) => data['recording_id'] === id)
    const stop = async () => {
      await this.#scene.node.command.stopRecord({ id })
      return ended()
    }
    return { stop, ended }
  }

  /** The first event of this channel of a type, past or to come. */
  until(type: string, timeoutMs?: number): Promise<SwitchEvent['data']> {
    return this.#scene.until(type, (data) => data['subject_id'] === this.id, timeoutMs)
  }

  async ended(timeoutMs?: number): Promise<ChannelEnd> {
    return (await this.until('channel.ended', timeoutMs))['end'] as ChannelEnd
  }

  /** Types of its events so far, in order. */
  get events(): readonly string[] {
    return this.#scene.node.events.filter(({ data }) => data['subject_id'] === this.id).map(({ type }) => type)
  }

  get digits(): string {
    const own = this.#scene.node.events.filter(({ type, data }) => type === 'channel.digit' && data['subject_id'] === this.id)
    return own.map(({ data }) => String(data['digit'])).join('')
  }

  async #ok(name: string, outcome: Promise<{ readonly result: string; readonly rule: string }>): Promise<void> {
    const { result, rule } = await outcome
    if (result !== 'ok') throw new Error(`${name} was answered "${result}"${rule === '' ? '' : ` (${rule})`}`)
  }
}
