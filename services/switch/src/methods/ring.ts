import { gone } from '../channel/channel-state.ts'
import type { Channels } from '../channel/channels.ts'
import type { Command } from './command.ts'

export const ring =
  (channels: Channels): Command<'ring'> =>
  async ({ id }) =>
    (await channels.settled(id))?.apply({ kind: 'ring' }) ?? gone
