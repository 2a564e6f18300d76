import { gone } from '../channel/channel-state.ts'
import type { Channels } from '../channel/channels.ts'
import type { Command } from './command.ts'

export const answer =
  (channels: Channels): Command<'answer'> =>
  async ({ id }) =>
    (await channels.settled(id))?.applyWithMedia({ kind: 'answer' }) ?? gone
