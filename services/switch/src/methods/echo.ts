import type { MediaEngine } from '@voipbin/media'
import { gone } from '../channel/channel-state.ts'
import type { Channels } from '../channel/channels.ts'
import type { Command } from './command.ts'

export const echo =
  (channels: Channels, engine: MediaEngine): Command<'echo'> =>
  async ({ id, is_on: isOn }) => {
    const audible = await (await channels.settled(id))?.makeAudible()
    if (audible?.result === 'ok') engine.setEcho(id, isOn)
    return audible ?? gone
  }
