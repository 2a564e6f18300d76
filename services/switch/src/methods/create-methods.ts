import type { MethodInput, MethodName } from '@voipbin/contracts/contract'
import type { SwitchContract } from '@voipbin/contracts/switch'
import type { MediaEngine } from '@voipbin/media'
import type { HostGuard } from '@voipbin/outbound'
import type { Clock, Logger, NodeAnswers, NodeIdentity } from '@voipbin/service-kit'
import type { Target } from '@voipbin/sip'
import { gone, type Outcome } from '../channel/channel-state.ts'
import type { Channels } from '../channel/channels.ts'
import type { ConnectInside } from '../inside/connect-inside.ts'
import type { MediaStreams } from '../media/media-streams.ts'
import type { OpenMedia } from '../media/open-media.ts'
import type { Players } from '../media/players.ts'
import type { Spool } from '../media/spool.ts'
import type { Subjects } from '../media/subjects.ts'
import type { Uploads } from '../media/uploads.ts'
import type { Bridges } from '../node/bridges.ts'
import type { ChannelMaker } from '../node/make-channel.ts'
import type { Reach } from '../sip/reach.ts'
import type { SipEndpoint } from '../sip/sip-endpoint.ts'
import { answer } from './answer.ts'
import { background } from './background.ts'
import { createBridge } from './create-bridge.ts'
import { destroyBridge } from './destroy-bridge.ts'
import { dial } from './dial.ts'
import { echo } from './echo.ts'
import { feedStream } from './feed-stream.ts'
import { flushStream } from './flush-stream.ts'
import { hangup } from './hangup.ts'
import { hold } from './hold.ts'
import { join } from './join.ts'
import { leave } from './leave.ts'
import { listChannels } from './list-channels.ts'
import { markStream } from './mark-stream.ts'
import { mute } from './mute.ts'
import { play } from './play.ts'
import { probe } from './probe.ts'
import { progress } from './progress.ts'
import { record } from './record.ts'
import { ring } from './ring.ts'
import { sendDigits } from './send-digits.ts'
import { stopPlay } from './stop-play.ts'
import { stopRecord } from './stop-record.ts'
import { stopStream } from './stop-stream.ts'
import { stream } from './stream.ts'
import { traceCall } from './trace-call.ts'

type Parts = {
  readonly node: NodeIdentity
  readonly clock: Clock
  readonly log: Logger
  readonly channels: Channels
  readonly bridges: Bridges
  readonly engine: MediaEngine
  readonly openMedia: OpenMedia
  readonly uploads: Uploads
  readonly players: Players
  readonly streams: MediaStreams
  readonly hosts: HostGuard
  readonly subjects: Subjects
  readonly makeChannel: ChannelMaker
  readonly spool: Spool
  readonly endpoint: () => SipEndpoint
  readonly connectInside: ConnectInside
  readonly targetOfFlow: (name: string) => Target | undefined
  readonly mayReach: Reach
}

/** Every command of the contract. Those for an earlier life of this node find nothing. */
export function createMethods(parts: Parts): NodeAnswers<SwitchContract> {
  const { node, channels, bridges, engine, openMedia, players, streams } = parts
  const ours =
    <M extends Exclude<MethodName<SwitchContract>, 'listChannels' | 'traceCall' | 'probe'>>(
      command: (input: MethodInput<SwitchContract, M>) => Promise<Outcome>,
    ) =>
    async (input: MethodInput<SwitchContract, M>): Promise<Outcome> =>
      input.epoch === node.epoch ? command(input) : gone
  return {
    dial: ours<'dial'>(dial(parts)),
    ring: ours<'ring'>(ring(channels)),
    progress: ours<'progress'>(progress(channels)),
    answer: ours<'answer'>(answer(channels)),
    hangup: ours<'hangup'>(hangup(channels)),
    play: ours<'play'>(play(parts)),
    stopPlay: ours<'stopPlay'>(stopPlay(players)),
    background: ours<'background'>(background(channels, engine)),
    mute: ours<'mute'>(mute(channels, engine)),
    hold: ours<'hold'>(hold(channels)),
    sendDigits: ours<'sendDigits'>(sendDigits(parts)),
    record: ours<'record'>(record(parts)),
    stopRecord: ours<'stopRecord'>(stopRecord(openMedia, engine)),
    stream: ours<'stream'>(stream(parts)),
    feedStream: ours<'feedStream'>(feedStream(streams)),
    flushStream: ours<'flushStream'>(flushStream(streams)),
    markStream: ours<'markStream'>(markStream(streams)),
    stopStream: ours<'stopStream'>(stopStream(streams)),
    createBridge: ours<'createBridge'>(createBridge(bridges)),
    destroyBridge: ours<'destroyBridge'>(destroyBridge(bridges)),
    join: ours<'join'>(join(channels, bridges)),
    leave: ours<'leave'>(leave(channels, engine)),
    echo: ours<'echo'>(echo(channels, engine)),
    probe: probe(parts.endpoint),
    traceCall: traceCall(parts.endpoint),
    listChannels: listChannels(channels, node),
  }
}
