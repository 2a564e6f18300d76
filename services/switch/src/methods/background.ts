import type { MediaEngine } from '@voipbin/media'
import { gone } from '../channel/channel-state.ts'
import type { Channels } from '../channel/channels.ts'
import type { Command } from './command.ts'

export const background =
  (channels: Channels, engine: MediaEngine): Command<'background'> =>
  async ({ id, kind }) => {
    const channel = await channels.settled(id)
    // Music and ring-back are to be heard; silence and nothing may wait for the answer.
    const audible = kind === 'moh' || kind === 'ringback' ? await channel?.makeAudible() : await channel?.makeReady()
    if (audible?.result === 'ok') engine.setBackground(id, kind)
    return audible ?? gone
  }
