import { gone, ok } from '../channel/channel-state.ts'
import type { Channels } from '../channel/channels.ts'
import type { Bridges } from '../node/bridges.ts'
import type { Command } from './command.ts'

/** Before its answer a caller hears the bridge as early media. */
export const join =
  (channels: Channels, bridges: Bridges): Command<'join'> =>
  async ({ id, bridge_id: bridgeId, mute, pass_digits: passDigits }) => {
    const channel = await channels.settled(id)
    const audible = await channel?.makeAudible()
    const bridge = bridges.get(bridgeId)
    if (!channel || !audible || !bridge) return gone
    if (audible.result !== 'ok') return audible
    bridges.join(channel, bridge, { mute, passDigits })
    return ok
  }
