import type { mediaQuality } from '@voipbin/contracts/switch'
import type { LegQuality, MediaEvent } from '@voipbin/media'
import type { Logger } from '@voipbin/service-kit'
import type { z } from 'zod'
import { DESTINATION_OUT_OF_ORDER, TEMPORARY_FAILURE } from '../channel/causes.ts'
import type { Channel } from '../channel/channel.ts'
import type { Channels } from '../channel/channels.ts'
import type { MediaStreams } from '../media/media-streams.ts'
import type { OpenMedia } from '../media/open-media.ts'
import type { Players } from '../media/players.ts'
import type { Bridges } from './bridges.ts'
import type { Teller } from './teller.ts'

export type MediaEventParts = {
  readonly tell: Teller
  readonly channels: Channels
  readonly bridges: Bridges
  readonly openMedia: OpenMedia
  readonly players: Players
  readonly streams: MediaStreams
  readonly log: Logger
  readonly workerLost: () => void
}

/** What the engine tells, as the contract says it. */
export function createMediaEvents(parts: MediaEventParts): (event: MediaEvent) => void {
  const { tell, openMedia, players, streams } = parts
  return (event) => {
    switch (event.type) {
      case 'leg.digit':
        return ofChannel(parts, event.leg, (channel) =>
          tell(channel, 'channel.digit', {
            ...{ channel_id: channel.id, digit: event.digit, duration_ms: Math.round(event.durationMs), method: event.method },
          }),
        )
      case 'leg.quality':
        return ofChannel(parts, event.leg, (channel) =>
          tell(channel, 'channel.quality', { channel_id: channel.id, quality: wireQuality(event.quality) }),
        )
      case 'leg.silent':
        return ofChannel(parts, event.leg, (channel) => void endIfDead(channel))
      case 'bridge.joined':
      case 'bridge.left':
        return ofChannel(parts, event.leg, (channel) => moved(parts, channel, event))
      case 'playback.started':
      case 'recording.started':
        return openMedia.started(event.id)
      case 'playback.ended':
        players.ended(event.id)
        return openMedia.playbackEnded(event.id, reasonOf(event.reason), event)
      case 'recording.ended': {
        const reason = event.reason === 'silence' || event.reason === 'limit' ? event.reason : reasonOf(event.reason)
        return openMedia.recordingEnded(event.id, { ...event, reason })
      }
      case 'recording.failed':
        return openMedia.recordingFailed(event.id, event.error)
      case 'stream.mark':
        return streams.marked(event.id, event)
      case 'stream.ended':
        return streams.ended(event.id, reasonOf(event.reason), event.error)
      case 'fault':
        return fault(parts, event)
      case 'worker.lost':
        return workerLost(parts, event)
    }
  }
}

function ofChannel({ channels }: MediaEventParts, id: string, use: (channel: Channel) => void): void {
  const channel = channels.get(id)
  if (channel) use(channel)
}

/** No RTP may mean a dead peer, or one that has nothing to say: it is asked, and only then given up. */
async function endIfDead(channel: Channel): Promise<void> {
  const session = channel.leg?.session
  if (channel.state.phase !== 'answered' || !session) return
  if (await session.isAlive()) channel.media.watchSilence()
  else channel.apply({ kind: 'failed', by: 'network', cause: DESTINATION_OUT_OF_ORDER, text: 'no RTP, and no answer in the dialog' })
}

type Moved = Extract<MediaEvent, { readonly type: 'bridge.joined' | 'bridge.left' }>

function moved({ tell }: MediaEventParts, channel: Channel, { type, bridge }: Moved): void {
  if (type === 'bridge.left' && channel.bridgeId !== bridge) return
  channel.bridgeId = type === 'bridge.joined' ? bridge : undefined
  tell(channel, type, { channel_id: channel.id, bridge_id: bridge })
}

/** A defect of ours. Where it ended the media of a call, the call is over too: nobody would hear anything any more. */
function fault({ channels, bridges, log }: MediaEventParts, { subject, isDead, error }: Extract<MediaEvent, { type: 'fault' }>): void {
  log.error('a defect in the media', { subject: subject?.kind ?? '', subject_id: subject?.id ?? '', is_dead: isDead, error })
  if (!isDead || !subject) return
  if (subject.kind === 'bridge') bridges.destroy(subject.id)
  else channels.get(subject.id)?.apply({ kind: 'failed', by: 'node', cause: TEMPORARY_FAILURE, text: 'its media failed' })
}

function workerLost(
  { channels, bridges, log, workerLost: count }: MediaEventParts,
  event: Extract<MediaEvent, { type: 'worker.lost' }>,
): void {
  count()
  log.error('a media worker was lost, and the calls on it', {
    channels: event.legs.length,
    bridges: event.bridges.length,
    error: event.error,
  })
  for (const id of event.bridges) bridges.lose(id)
  for (const id of event.legs)
    channels.get(id)?.apply({ kind: 'failed', by: 'node', cause: TEMPORARY_FAILURE, text: 'the media worker was lost' })
}

const reasonOf = (reason: 'finished' | 'stopped' | 'digit' | 'replaced' | 'failed' | 'leg_closed' | 'bridge_closed') =>
  reason === 'leg_closed' ? 'channel_ended' : reason === 'bridge_closed' ? 'bridge_ended' : reason

/** In the words of the contract. */
export const wireQuality = (quality: LegQuality): z.output<typeof mediaQuality> => ({
  ...{ packets_received: quality.packetsReceived, packets_sent: quality.packetsSent, packets_lost: quality.packetsLost },
  ...{ loss_percent: quality.lossPercent, jitter_ms: quality.jitterMs, round_trip_ms: quality.roundTripMs ?? null },
  ...{ mos: quality.mos ?? null, codec: quality.codec },
})
