import type { MediaEngine } from '@voipbin/media'
import { gone, ok } from '../channel/channel-state.ts'
import type { Channels } from '../channel/channels.ts'
import type { Command } from './command.ts'

export const leave =
  (channels: Channels, engine: MediaEngine): Command<'leave'> =>
  async ({ id }) => {
    const channel = await channels.settled(id)
    if (!channel) return gone
    channel.wantedBridgeId = undefined
    engine.leave(id)
    return ok
  }
