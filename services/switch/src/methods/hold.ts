import { gone, ok, refused } from '../channel/channel-state.ts'
import type { Channels } from '../channel/channels.ts'
import type { Command } from './command.ts'

export const hold =
  (channels: Channels): Command<'hold'> =>
  async ({ id, is_on_hold: isOnHold }) => {
    const channel = await channels.settled(id)
    if (!channel || channel.state.phase === 'ending') return gone
    if (channel.state.phase !== 'answered') return refused('CHANNEL_NOT_ANSWERED')
    if (channel.media.isHolding !== isOnHold) channel.leg?.hold(isOnHold)
    return ok
  }
