import type { MediaEngine } from '@voipbin/media'
import { gone } from '../channel/channel-state.ts'
import type { Channels } from '../channel/channels.ts'
import type { Command } from './command.ts'

export const mute =
  (channels: Channels, engine: MediaEngine): Command<'mute'> =>
  async ({ id, direction }) => {
    const channel = await channels.settled(id)
    const ready = await channel?.makeReady()
    if (!channel || ready?.result !== 'ok') return ready ?? gone
    channel.media.isMuted = direction === 'in' || direction === 'both'
    engine.setMute(id, direction)
    return ready
  }
