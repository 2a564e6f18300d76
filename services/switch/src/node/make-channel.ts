import type { MediaEngine } from '@voipbin/media'
import type { Codec } from '@voipbin/sdp'
import { Channel, type ChannelOptions, type ChannelParts } from '../channel/channel.ts'
import { MediaSession, type MediaSessionOptions } from '../media/media-session.ts'
import type { SessionOwner } from '../sip/session-port.ts'

export type NewChannel = Omit<ChannelOptions, 'media'> & {
  /** Empty: the node's own. */
  readonly codecs: readonly Codec[]
  /** Its peer is a channel of this node, and is not to look for us at an address outside. */
  readonly isInside?: boolean
}
export type ChannelMaker = (wanted: NewChannel) => { readonly channel: Channel; readonly owner: SessionOwner }

type Parts = ChannelParts & {
  readonly engine: MediaEngine
  readonly codecs: readonly Codec[]
  readonly rtpTimeoutMs: number
  readonly advertisedTo: MediaSessionOptions['advertisedTo']
}

/** Makes a channel with its media, and what signalling tells it. */
export function createChannelMaker(parts: Parts): ChannelMaker {
  const { engine, rtpTimeoutMs, advertisedTo, tell } = parts
  return ({ codecs, isInside = false, ...options }) => {
    const media = new MediaSession({
      ...{ engine, id: options.id, codecs: codecs.length > 0 ? codecs : parts.codecs, rtpTimeoutMs },
      advertisedTo: isInside ? () => undefined : advertisedTo,
      heldChanged: (isHeld) => {
        if (!channel.isOver) tell(channel, isHeld ? 'channel.held' : 'channel.unheld', { channel_id: channel.id })
      },
    })
    const channel: Channel = new Channel({ ...options, media }, parts)
    const owner: SessionOwner = {
      observe: (input) => void channel.apply(input),
      infoDigit: (digit, durationMs) => engine.receiveInfoDigit(options.id, digit, durationMs),
    }
    return { channel, owner }
  }
}
