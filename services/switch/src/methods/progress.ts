import { gone } from '../channel/channel-state.ts'
import type { Channels } from '../channel/channels.ts'
import type { Command } from './command.ts'

/** 183 with SDP; without, where the INVITE had no offer. */
export const progress =
  (channels: Channels): Command<'progress'> =>
  async ({ id }) =>
    (await channels.settled(id))?.applyWithMedia({ kind: 'progress' }) ?? gone
